/**
 * All secrets of a text, from every table. A table finds one kind of evidence; a new one is a file
 * in secrets/ and a line here.
 */
import { type Finding, separate } from './redaction.ts';
import { findAssignments } from './secrets/assignments.ts';
import { findByPreset } from './secrets/preset.ts';
import { findShapes } from './secrets/shapes.ts';

/** Ranges count from the start of the text, which never begins with a byte order mark. */
type SecretTable = (path: string, text: string) => readonly Finding[] | Promise<readonly Finding[]>;

const tables: readonly SecretTable[] = [findByPreset, findShapes, findAssignments];

/** In text order, without overlap. */
export async function findSecrets(path: string, text: string): Promise<readonly Finding[]> {
  // secretlint takes a byte order mark off, which would shift its ranges.
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
