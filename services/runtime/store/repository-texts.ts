/** Texts of admitted files, each read from the one blob that holds a repository's content. */
import type { RepoStructureBody } from '../../../schemas/generated/types.ts';
import { byPath } from '../../ports/look-up.ts';
import { PipelineError } from '../errors.ts';
import type { BlobStore } from './blobs.ts';

/** RECORD_INVALID for a path that was not admitted. */
export async function loadTexts(
  blobs: Pick<BlobStore, 'getRange'>,
  { content, files }: RepoStructureBody['repository'],
  paths: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const loaded = [...new Set(paths)].map(async (path) => {
    const file = byPath(files, path);
    if (file === undefined) {
      throw new PipelineError('RECORD_INVALID', `the structure does not know ${path}`, {
        subject: path,
      });
    }
    const bytes = await blobs.getRange(content, file.offset, file.bytes);
    return [path, bytes.toString('utf8')] as const;
  });
  return new Map(await Promise.all(loaded));
}
