/**
 * The file does not exist yet: nothing is said of code that was given, and nothing of its code in
 * the past tense. Files written earlier may be spoken of as they are.
 */
import { type Check, quoteShort, sentencesOf, withoutQuotes } from './check.ts';

const things =
  '(?:code|file|implementation|snippet|source|module|function|class|script|text|program)';
const given = '(?:given|provided|supplied|existing|attached|presented|shown|original|actual)';
const made =
  '(?:wrote|implemented|added|created|defined|refactored|modified|changed|introduced|included|updated)';
const makings =
  '(?:written|implemented|added|created|defined|refactored|modified|changed|introduced|updated)';

const always: readonly RegExp[] = [
  new RegExp(`\\b(?:the|this|your) ${given} ${things}\\b`, 'i'),
  new RegExp(`\\b(?:code|implementation|snippet|solution) (?:${given}|above|below)\\b`, 'i'),
  new RegExp(
    `\\b(?:the|this) ${things} (?:above|below|already (?:exists|has|contains|defines))\\b`,
    'i',
  ),
  new RegExp(`\\bI(?:’ve|'ve| have)? (?:already )?(?:${made}|written)\\b`),
  /\b(?:the|this) (?:provided|reference|given) (?:answer|solution)\b/i,
];

export const tense: Check = (answer, { file }) => {
  const prose = withoutQuotes(answer);
  for (const pattern of always) {
    const found = pattern.exec(prose);
    if (found !== null) {
      return `${quoteShort(found[0])} speaks as if the file existed; it is still to be written`;
    }
  }
  if (file === null) return null;
  const own = ownPattern(file.path, file.names);
  const found = sentencesOf(answer).find((sentence) => own.test(sentence));
  return found === undefined
    ? null
    : `${quoteShort(found)} is in the past tense, but the file is still to be written`;
};

/** "`Store` was added": the file or a name of its own, then how it came to be. */
function ownPattern(path: string, names: readonly string[]): RegExp {
  const own = [
    path,
    path.slice(path.lastIndexOf('/') + 1),
    ...names.filter((name) => name.length > 2),
  ];
  const escaped = own.map((name) => name.replaceAll(/[^\w]/g, '\\$&'));
  const subject = `(?:[Tt]his (?:file|module)|\`?(?:${escaped.join('|')})\`?)`;
  return new RegExp(
    `(?<![\\w/.])${subject} (?:was|were|has been|have been) (?:\\w+ly )?${makings}\\b`,
  );
}
