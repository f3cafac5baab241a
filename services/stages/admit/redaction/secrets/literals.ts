/**
 * Reads the value at an index of a text: a string between quotes, or a bare value, which ends where
 * the syntax around it ends it.
 */

/** A value and its range, without quotes and without the scheme of an HTTP header. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly quoted: boolean;
  /** The scheme before the value, such as `bearer` or `basic`, in lower case; empty if none. */
  readonly scheme: string;
}

/** Longer values are files, not secrets; blocks of keys are found by their first line. */
const charactersMax = 4096;

const openQuote = /(?:[bBrRuUfFL@$]{1,2}(?=["'`]))?(?<quote>\\{0,3}(?:"""|'''|["'`]))/y;
/** In settings, white space ends a bare value; in code, any character that ends an operand. */
const bareInSettings = /[^\s"'`][^\s]{0,4095}/y;
const bareInCode = /[^\s"'`;&|<>(){}[\],\\][^\s"'`;&|<>(){}[\],\\]{0,4095}/y;

const schemes = new RegExp(
  [
    '^(?:(?:Bearer|Basic|Token|Digest|Api-?Key|Bot|SSWS|OAuth|Key|JWT|GenieKey|Splunk)',
    String.raw`[ \t]+|GoogleLogin auth=|base64:)(?=\S)`,
  ].join(''),
  'i',
);

/** Reads the value at `at`; with `inSettings`, only white space ends a value without quotes. */
export function readLiteral(text: string, at: number, inSettings: boolean): Literal | null {
  openQuote.lastIndex = at;
  const quote = openQuote.exec(text)?.groups?.quote;
  if (quote !== undefined) {
    const start = openQuote.lastIndex;
    const end = closingQuote(text, start, quote);
    return end === null ? null : literal(text, start, end, true);
  }
  const scheme = schemes.exec(text.slice(at, at + 32))?.[0].length ?? 0;
  const bare = inSettings ? bareInSettings : bareInCode;
  bare.lastIndex = at + scheme;
  const value = bare.exec(text)?.[0];
  if (value === undefined) return null;
  const end = at + scheme + value.length - (/(?:[;,]|\.(?=\W|$))+$/.exec(value)?.[0].length ?? 0);
  return literal(text, at, end, false);
}

/** Returns the index where the string ends; null if it does not end on its line. */
function closingQuote(text: string, start: number, quote: string): number | null {
  const within = text.slice(start, start + charactersMax + quote.length);
  const plain = quote.length === 1;
  for (let end = within.indexOf(quote); end !== -1; end = within.indexOf(quote, end + 1)) {
    if (/[\r\n]/.test(within.slice(0, end))) return null;
    const escapes = /\\*$/.exec(within.slice(0, end))?.[0].length ?? 0;
    if (!plain || escapes % 2 === 0) return start + end;
  }
  return null;
}

function literal(text: string, from: number, end: number, quoted: boolean): Literal | null {
  const whole = text.slice(from, end);
  const scheme = schemes.exec(whole)?.[0] ?? '';
  const start = from + scheme.length;
  if (start >= end) return null;
  return { start, end, text: text.slice(start, end), quoted, scheme: scheme.trim().toLowerCase() };
}
