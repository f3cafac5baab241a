/** English sentences, whatever is quoted: no other script, no other language, no salad of words. */
import { type Check, withoutQuotes } from './check.ts';

/** Above what the code itself has, since a thought may speak of its words. */
const foreignShareMax = 0.3;
/** English prose has a third; a listing of names still has a tenth. */
const functionShareMin = 0.05;
/** Below this many words the share says little. */
const wordsMin = 40;

const functionWords = new Set(
  (
    'the a an of and to is it that with for are this which when from by its has as in on or not ' +
    'be so if each one then before after where no at but I'
  )
    .toLowerCase()
    .split(' '),
);

export const language: Check = (answer, { file }) => {
  const prose = withoutQuotes(answer);
  const allowed = file === null ? 0 : foreignShare(file.code);
  if (foreignShare(prose) > allowed + foreignShareMax) return 'the text is not in English';
  const words = prose.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.length < wordsMin) return null;
  const known = words.filter((word) => functionWords.has(word)).length;
  return known / words.length < functionShareMin ? 'the text has no English sentences' : null;
};

/** Share of letters that are not Latin. */
function foreignShare(text: string): number {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters === 0 ? 0 : (letters - latin) / letters;
}
