/**
 * Finds all secrets of a text with every table. A table finds one kind of evidence; a new table
 * needs a file in secrets/ and a line here.
 */
import { type Finding, separate } from './redaction.ts';
import { findAssignments } from './secrets/assignments.ts';
import { findByPreset } from './secrets/preset.ts';
import { findShapes } from './secrets/shapes.ts';

/** Ranges are offsets into the text, which is passed without its byte order mark. */
type SecretTable = (path: string, text: string) => readonly Finding[] | Promise<readonly Finding[]>;

const tables: readonly SecretTable[] = [findByPreset, findShapes, findAssignments];

/** In text order, without overlap. */
export async function findSecrets(path: string, text: string): Promise<readonly Finding[]> {
  // secretlint strips a byte order mark, which would shift its ranges by one.
  const shift = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const content = text.slice(shift);
  const found: (readonly Finding[])[] = [];
  for (const find of tables) found.push(await find(path, content));
  return separate(found.flat()).map((finding) => ({
    ...finding,
    start: finding.start + shift,
    end: finding.end + shift,
  }));
}
