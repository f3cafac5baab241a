/** Files, symbols and commands that a text names must occur in what its writer was shown. */
import { type Check, quoteShort } from './check.ts';
import { commandNames, filesNamed, symbolsNamed } from './mentions.ts';

/** A thought may name what the language brings, or a local that it will rename. */
const unknownAlways = 2;
const unknownShareMax = 0.2;

export const names: Check = (answer, { shown, shownWords }) => {
  const file = filesNamed(answer).find(
    (name) => !shown.includes(name.toLowerCase()) && !isMember(name, shown),
  );
  if (file !== undefined) return `nothing that was shown knows a file ${quoteShort(file)}`;
  const argument = commandNames(answer).find((name) => !shown.includes(name.toLowerCase()));
  if (argument !== undefined) return `nothing that was shown knows ${quoteShort(argument)}`;
  const symbols = symbolsNamed(answer);
  const unknown = symbols.filter((name) => !shownWords.has(name.toLowerCase()));
  if (unknown.length <= unknownAlways || unknown.length <= symbols.length * unknownShareMax) {
    return null;
  }
  return `${unknown.slice(0, 5).map(quoteShort).join(', ')} are neither in the file nor in what was read`;
};

/** `Attribute.html` of a class that has a method `html`: a name of code that looks like a file. */
function isMember(name: string, shown: string): boolean {
  const [owner, member, ...more] = name.toLowerCase().split('.');
  if (owner === undefined || member === undefined || more.length > 0) return false;
  return !name.includes('/') && shown.includes(owner) && shown.includes(` ${member}(`);
}
