/**
 * What a check of an answer sees. A check is a pure function: the problem in words that a teacher
 * can act on, or null. What it quotes of an answer is short, because it goes into records.
 */
export interface Facts {
  /** Everything that the teacher was shown, in lower case: what is named must occur in it. */
  readonly shown: string;
  readonly shownWords: ReadonlySet<string>;
  /** Runs of words that tell the teacher what to do; nobody must recite them. */
  readonly instructions: ReadonlySet<string>;
  /** What is about to be written; null where the answer is about the whole project. */
  readonly file: FileFacts | null;
}

export interface FileFacts {
  readonly path: string;
  readonly code: string;
  /** Of a part of a file, what is written with it and after it; else null. */
  readonly ahead: string | null;
  /** Names that the file defines at its top level. */
  readonly names: readonly string[];
  /** Files that the sub-agent has read, with the text it was shown. */
  readonly reads: readonly { readonly path: string; readonly text: string }[];
}

export type Check = (answer: string, facts: Facts) => string | null;

/** A few words of an answer, on one line. */
export function quoteShort(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `“${line.length <= 80 ? line : `${line.slice(0, 79).toWellFormed()}…`}”`;
}

/** Text without what it quotes: names in backticks, and words between quotation marks. */
export function withoutQuotes(text: string): string {
  return text.replaceAll(/`[^`\n]*`|“[^”]*”|"[^"\n]*"/g, ' ');
}

/** Text without what it quotes from the material; words that it only claims to quote stay. */
export function withoutShownQuotes(
  text: string,
  { shown, shownWords }: Pick<Facts, 'shown' | 'shownWords'>,
): string {
  return text.replaceAll(/`([^`\n]+)`|“([^”]+)”|"([^"\n]+)"/g, (whole, ...groups) => {
    const inside = groups.slice(0, 3).find((group) => group !== undefined) as string;
    const lower = inside.toLowerCase();
    // Most quotes are a name, which is found without reading all that was shown.
    return shownWords.has(lower) || shown.includes(lower) ? ' ' : whole;
  });
}

/** At a stop before a space, or at a line end; a name such as `a.b` stays whole. */
export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}
