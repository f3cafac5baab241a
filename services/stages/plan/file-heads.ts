/** Reads the first bytes of admitted files for the request to the teacher. */
import type { RepoStructureBody } from '../../../schemas/generated/types.ts';
import { byPath } from '../../ports/look-up.ts';
import type { Tools } from '../../runtime/stage.ts';
import type { PlanKnobs } from './config.ts';

/** The first bytes of an admitted file, without a character that is cut at the end. */
export async function readHead(
  body: RepoStructureBody,
  path: string,
  bytesMax: number,
  tools: Tools<'plan', PlanKnobs>,
): Promise<string> {
  const file = byPath(body.repository.files, path);
  if (file === undefined) return '';
  const bytes = await tools.blobs.getRange(
    body.repository.content,
    file.offset,
    Math.min(file.bytes, bytesMax),
  );
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
}
