/** Finds the blobs that a record names, at any depth of its body. Pure. */
import type { BlobReference } from '../../../schemas/generated/types.ts';

export function forEachReference(body: unknown, visit: (reference: BlobReference) => void): void {
  if (typeof body !== 'object' || body === null || ArrayBuffer.isView(body)) return;
  const { sha256, bytes, path } = body as Partial<BlobReference & { path: string }>;
  const isReference = typeof sha256 === 'string' && typeof bytes === 'number';
  if (isReference && path === undefined) visit({ sha256, bytes });
  else for (const each of Object.values(body)) forEachReference(each, visit);
}
