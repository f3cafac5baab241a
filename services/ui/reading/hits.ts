/** Where a text stands in the thoughts of a sample. Pure. */
import type { Sample } from '../../dataset/samples.ts';
import type { Hit } from '../api.ts';

/** Characters shown around a hit. */
const around = 60;

/** `wanted` is in lower case; a thought is one hit, however often it stands there. */
export function hitsIn(
  { overview: { id, name }, segments }: Pick<Sample, 'overview' | 'segments'>,
  wanted: string,
): Hit[] {
  return segments.flatMap(({ kind, path, body }, segment) => {
    if (kind !== 'think') return [];
    const at = body.toLowerCase().indexOf(wanted);
    if (at < 0) return [];
    const text = body.slice(Math.max(0, at - around), at + wanted.length + around);
    // A thought is about the file that is written after it.
    const file = segments.slice(segment).find((each) => each.kind === 'write')?.path;
    return [{ id, name, path: path ?? file ?? null, segment, text: text.toWellFormed() }];
  });
}
