/**
 * Reads the admitted files out of the one content blob, a few megabytes at a time: the files lie in
 * it one after the other, and are read in about that order.
 */
import type { Repository } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import type { BlobStore } from '../../runtime/store/blobs.ts';
import type { SourceFile } from './read-files.ts';

/** Bytes read at once, so that a remote store is not asked for every small file. */
const rangeBytes = 8 * 1024 * 1024;

export function openContent(repository: Repository, blobs: BlobStore): SourceFile[] {
  const { content } = repository;
  let start = 0;
  let range: Buffer = Buffer.alloc(0);
  return repository.files.map(({ path, offset, bytes, sha256: hash }) => ({
    path,
    text: async () => {
      if (offset < start || offset + bytes > start + range.byteLength) {
        range = await blobs.getRange(content, offset, Math.max(rangeBytes, bytes));
        start = offset;
      }
      const own = range.subarray(offset - start, offset - start + bytes);
      // A range is not checked by the store, so each file is.
      if (sha256(own) === hash) return own;
      throw new PipelineError(
        'BLOB_CORRUPT',
        `${path} in blob ${content.sha256} does not match its hash; delete the blob and run again`,
        { subject: path },
      );
    },
  }));
}
