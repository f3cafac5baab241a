/**
 * The file does not exist yet: nothing is said of code that was given, and nothing of its code in
 * the past tense. Files written earlier may be spoken of as they are.
 */
import { type Check, type FileFacts, quoteShort, sentencesOf, withoutQuotes } from './check.ts';
import { filesNamed } from './mentions.ts';

const things = '(?:code|file|implementation|snippet|source|module|function|class|script|program)';
const given = '(?:given|provided|supplied|existing|attached|presented|shown|original|actual)';
const made =
  '(?:wrote|implemented|added|created|defined|refactored|modified|changed|introduced|included|updated)';
const makings =
  '(?:written|implemented|added|created|defined|refactored|modified|changed|introduced|updated)';

const pointing = '(?:in|from|of|like|follows?|match(?:es)?|as)';

const always: readonly RegExp[] = [
  // A function may take “the given file”: only as a subject, or as a place to look, is it this one.
  new RegExp(`(?:^|[.!?:;]\\s+|\\n)(?:the|this|your) ${given} ${things}\\b`, 'i'),
  new RegExp(
    `\\b${pointing} (?:the|this|your) ${given} (?:code|file|implementation|snippet|source)\\b`,
    'i',
  ),
  new RegExp(`\\b(?:the|this|your) ${given} (?:implementation|snippet)\\b`, 'i'),
  new RegExp(
    `\\b(?:the|this) (?:code|file|implementation|snippet|solution) (?:${given}|above|below)\\b`,
    'i',
  ),
  new RegExp(`\\b(?:the|this) ${things} already (?:exists|has|contains|defines)\\b`, 'i'),
  /\b(?:the|this) (?:provided|reference|given) (?:answer|solution)\b/i,
];
/** Of its own work; what was written before this file may be told. */
const own = new RegExp(`\\bI(?:’ve|'ve| have)? (?:already )?(?:${made}|written)\\b`);

export const tense: Check = (answer, { shown, file }) => {
  const prose = withoutQuotes(answer);
  for (const pattern of always) {
    const found = pattern.exec(prose);
    if (found !== null && !shown.includes(found[0].trim().toLowerCase())) {
      return `${quoteShort(found[0])} speaks as if the file existed; it is still to be written`;
    }
  }
  const sentences = sentencesOf(answer);
  const done = sentences.find(
    (sentence) => own.test(withoutQuotes(sentence)) && !tellsOfEarlier(sentence, file),
  );
  if (done !== undefined) {
    return `${quoteShort(done)} speaks as if the file existed; it is still to be written`;
  }
  if (file === null) return null;
  const inPast = sentences.filter((sentence) => pastVerb.test(sentence));
  if (inPast.length === 0) return null;
  const past = ownPattern(file.path, file.names);
  const found = inPast.find((sentence) => past.test(sentence));
  return found === undefined
    ? null
    : `${quoteShort(found)} is in the past tense, but the file is still to be written`;
};

function tellsOfEarlier(sentence: string, file: FileFacts | null): boolean {
  const named = filesNamed(sentence);
  return (
    file?.reads.some(({ path }) => named.some((name) => `/${path}`.endsWith(`/${name}`))) ?? false
  );
}

const wasOrWere = '(?:was|were|has been|have been)';
/** Few answers have one, and the pattern of a file with many names is dear to make. */
const pastVerb = new RegExp(` ${wasOrWere} `);

/**
 * "`Store` was added": the file or a name of its own, then how it came to be. "If `state` was
 * changed" speaks of running code, and so does a word without backticks ("the state was changed").
 */
function ownPattern(path: string, names: readonly string[]): RegExp {
  const files = [path, path.slice(path.lastIndexOf('/') + 1)].map(RegExp.escape);
  const long = names.filter((name) => name.length > 2);
  const shaped = long.filter((name) => /_|[a-z][A-Z]|^[A-Z]/.test(name)).map(RegExp.escape);
  const bare = [...files, ...shaped].join('|');
  const quoted = [...files, ...long.map(RegExp.escape)].join('|');
  const subject = `(?:[Tt]his (?:file|module)|\`(?:${quoted})\`|(?:${bare}))`;
  return new RegExp(
    `(?<![\\w/.\`])(?<!\\b${conditions} (?:the )?)${subject} ${wasOrWere} (?:\\w+ly )?${makings}\\b`,
  );
}

const conditions =
  '(?:[Ii]f|[Ww]hen|[Ww]henever|[Ww]hether|[Oo]nce|[Aa]fter|[Bb]efore|[Uu]ntil|[Uu]nless|[Ww]hile|[Ss]ince|that)';
