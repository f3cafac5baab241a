/** Ids derive from content (I7): the same work gives the same id, so redelivery is idempotent. */
import { createHash } from 'node:crypto';
import { compareText } from '../../schemas/compare-text.ts';

/** SHA-256 in lower-case hexadecimal. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** SHA-256 and length of bytes that come in parts. */
export function sha256Parts(parts: Iterable<Uint8Array>): { hash: string; bytes: number } {
  const hash = createHash('sha256');
  let bytes = 0;
  for (const part of parts) {
    hash.update(part);
    bytes += part.byteLength;
  }
  return { hash: hash.digest('hex'), bytes };
}

/** Id of a child record: hash(parent id, stage, stage version, topic, ordinal), 128 bits in hex. */
export function childId(
  parentId: string,
  stage: string,
  stageVersion: number,
  topic: string,
  ordinal: number,
): string {
  return sha256(JSON.stringify([parentId, stage, stageVersion, topic, ordinal])).slice(0, 32);
}

/** JSON with sorted keys, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner as Record<string, unknown>);
    return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
  });
}
