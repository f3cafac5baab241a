/** Files, symbols and commands that a text names must occur in what its writer was shown. */
import { type Check, quoteShort } from './check.ts';
import { commandNames, filesNamed, symbolsNamed } from './mentions.ts';

/** A thought may name what the language brings, or a local that it will rename. */
const unknownAlways = 2;
const unknownShareMax = 0.2;

export const names: Check = (answer, { shown, shownWords }) => {
  const file = filesNamed(answer).find((name) => !shown.includes(name.toLowerCase()));
  if (file !== undefined) return `no file ${quoteShort(file)} exists or is planned`;
  const argument = commandNames(answer).find((name) => !shown.includes(name.toLowerCase()));
  if (argument !== undefined) return `nothing that was shown knows ${quoteShort(argument)}`;
  const symbols = symbolsNamed(answer);
  const unknown = symbols.filter((name) => !shownWords.has(name.toLowerCase()));
  if (unknown.length <= unknownAlways || unknown.length <= symbols.length * unknownShareMax) {
    return null;
  }
  return `${unknown.slice(0, 5).map(quoteShort).join(', ')} are neither in the file nor in what was read`;
};
