/** The content blob of a repository: all admitted files in path order. Pure. */
import type { AdmittedFile } from '../../../schemas/generated/types.ts';
import type { AdmittedText } from './admit-archive.ts';

/** Returns each file with its offset in the content blob, which holds the files back to back. */
export function placeFiles(files: readonly AdmittedText[]): readonly AdmittedFile[] {
  let offset = 0;
  return files.map(({ path, bytes, sha256, redactions, redacted, marked }) => {
    const placed = { path, offset, bytes: bytes.byteLength, sha256, redactions, redacted, marked };
    offset += bytes.byteLength;
    return placed;
  });
}
