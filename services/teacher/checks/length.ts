/** A thought has about the length that its prompt asks for: it says something, and no more. */
import { thoughtBytesMax, wordsWanted } from '../prompts/length.ts';
import type { Check } from './check.ts';

const wordsAlways = 3;
/** A large file may be simple: a table, a list of cases. */
const wordsLeastMax = 20;

export const length: Check = (answer, { file }) => {
  if (file === null) return null;
  const words = answer.match(/\p{L}+/gu)?.length ?? 0;
  // Of a certificate or a licence there is little to say, however long it is.
  const wanted = file.names.length === 0 ? 0 : wordsWanted(Buffer.byteLength(file.code));
  const least = Math.max(wordsAlways, Math.min(wordsLeastMax, Math.floor(wanted / 20)));
  if (words < least) return `the text has ${words} words, at least ${least} are wanted`;
  const most = thoughtBytesMax(Buffer.byteLength(file.code));
  const bytes = Buffer.byteLength(answer);
  return bytes > most ? `the text has ${bytes} bytes, at most ${most} are wanted` : null;
};
