/** Code in a thought teaches to copy: the guard of the search, also for first thoughts. */
import { createLeakGuard, usualLeakLimits } from '../../ports/leak-guard.ts';
import { wordsOf } from '../words.ts';
import type { Check } from './check.ts';

/** Different words; who says what stands in a file of fewer has said most of them. */
const wordsMin = 50;

export const copies: Check = (answer, { file }) => {
  if (file === null) return null;
  const visible = file.reads.map(({ text }) => text);
  const guarded = file.ahead === null ? [file.code] : [file.code, file.ahead];
  const found = guarded
    .map((code) => createLeakGuard(code, visible, usualLeakLimits).find(answer))
    .find((each) => each !== null);
  if (found === undefined) return null;
  if (found === 'share' && new Set(wordsOf(file.code)).size < wordsMin) return null;
  return found === 'run'
    ? `the text copies ${usualLeakLimits.leakWordsMax} words of the file in a row; say it in your own words`
    : 'the text holds too much of the file word for word; say it in your own words';
};
