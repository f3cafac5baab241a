/**
 * Reads the value at an index of a text: a string between the delimiters of any language, the text
 * of an XML element, or a bare value, which ends where the syntax around it ends it.
 */

/** A value and its range, without quotes and without the scheme of an HTTP header. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  /** The value as its program sees it, without escapes; only for judging it. */
  readonly text: string;
  readonly quoted: boolean;
  /** The scheme before the value, such as `bearer` or `basic`, in lower case; empty if none. */
  readonly scheme: string;
}

/**
 * What ends a bare value: white space, an operator, a comma of a flow map in YAML, or a semicolon
 * between the pairs of a connection string.
 */
export type BareEnd = 'space' | 'operator' | 'flow' | 'pair';

/** Longer values are files, not secrets; blocks of keys are found by their first line. */
const charactersMax = 4096;

/** Letters and signs before the quote, such as Python's `rb`, C#'s `$@` and Scala's `raw`. */
const letters = String.raw`u8|raw|String\.raw|[bBrRuUfFtT]{1,2}|[LNEsS]|~[sS]|[@$]{1,2}`;
const prefix = String.raw`(?:(?:${letters})(?=["'\x60]))?`;
/** One kind of string each; the named group decides what closes it. */
const openings = [
  // C++: R"name( … )name".
  String.raw`(?:u8|[uUL])?R"(?<label>[^()\\\s"]{0,16})\(`,
  // Rust and Swift: r#" … "#.
  String.raw`(?:[bc]?r)?(?<hashes>#{1,4})"`,
  // Ruby and Perl: %q( … ), q{ … }.
  // Elixir: ~s( … ).
  String.raw`(?:%[qQ]|qq?|~[sS])(?<bracket>[([{<|!])`,
  // Lua: [[ … ]].
  String.raw`\[(?<level>=*)\[(?=[^"'\x60[\]\s,]{8,}\]=*\])`,
  // Nix: '' … ''.
  String.raw`(?<nix>'')(?=[^'"\s,;)\]}]{8,}'')`,
  // PowerShell: @" … "@, each on a line of its own.
  String.raw`@(?<here>["'])(?=[ \t]*\r?\n)`,
  String.raw`${prefix}(?<quote>\\{0,3}(?:"""|'''|["'\x60]))`,
] as const;

/** The beginning of a string, as the source of a regular expression without named groups. */
export const stringOpening = `(?:${openings.join('|').replace(/\(\?<[a-z]+>/g, '(?:')})`;

const opening = new RegExp(openings.join('|'), 'y');
const bare: Readonly<Record<BareEnd, RegExp>> = {
  space: /[^\s"'`][^\s]{0,4095}/y,
  operator: /(?:\\[^\w\s"'`\\]|[^\s"'`;&|<>(){}[\],\\]){1,4096}/y,
  flow: /[^\s"'`{}[\],][^\s{}[\],"']{0,4095}/y,
  pair: /(?:&\w{2,5};|[^\s;"'`\\<>]){1,4096}/y,
};

const schemes = new RegExp(
  [
    '^(?:(?:Bearer|Basic|Token|Digest|Api-?Key|Bot|SSWS|OAuth|Key|JWT|GenieKey|Splunk)',
    String.raw`[ \t]+|GoogleLogin auth=|base64:)(?=\S)`,
  ].join(''),
  'i',
);

/** Reads the value at `at`; `bareEnd` says what ends a value without quotes. */
export function readLiteral(text: string, at: number, bareEnd: BareEnd): Literal | null {
  opening.lastIndex = at;
  const groups = opening.exec(text)?.groups;
  if (groups !== undefined) return readString(text, opening.lastIndex, groups);
  const scheme = schemes.exec(text.slice(at, at + 32))?.[0].length ?? 0;
  const pattern = bare[bareEnd];
  pattern.lastIndex = at + scheme;
  const value = pattern.exec(text)?.[0];
  if (value === undefined) return null;
  const end = at + scheme + value.length - (/(?:[;,]|\.(?=\W|$))+$/.exec(value)?.[0].length ?? 0);
  return literal(text, at, end, false);
}

/** Reads the text of an XML element up to the next tag, or to the end of its CDATA. */
export function readElement(text: string, at: number): Literal | null {
  const within = text.slice(at, at + charactersMax);
  const end = within.search(/\]\]>|[<\r\n]/);
  const value = end === -1 ? '' : within.slice(0, end).trimEnd();
  return value === '' ? null : literal(text, at, at + value.length, false);
}

type Opened = Readonly<Record<string, string | undefined>>;

/**
 * Reads a string to its end on the same line. Strings that may have several lines often begin with
 * a line break: their only other line is then the value.
 */
function readString(text: string, from: number, opened: Opened): Literal | null {
  const { quote } = opened;
  const isBlock = quote === undefined || quote.length >= 3 || quote === '`';
  const within = text.slice(from, from + charactersMax);
  const margin = isBlock ? (/^[ \t]*\r?\n[ \t]*/.exec(within)?.[0].length ?? 0) : 0;
  const lines = margin === 0 ? /^[^\r\n]*/ : /^[^\r\n]*(?:\r?\n[^\r\n]*)?/;
  const inner = lines.exec(within.slice(margin))?.[0] ?? '';
  const end = quote === undefined ? inner.indexOf(closer(opened)) : closingQuote(inner, quote);
  if (end === -1) return null;
  const value = margin === 0 ? inner.slice(0, end) : inner.slice(0, end).trimEnd();
  if (/[\r\n]/.test(value)) return null;
  return literal(text, from + margin, from + margin + value.length, true);
}

const brackets: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' };

function closer({ label, hashes, bracket, level, nix, here }: Opened): string {
  if (label !== undefined) return `)${label}"`;
  if (hashes !== undefined) return `"${hashes}`;
  if (bracket !== undefined) return brackets[bracket] ?? bracket;
  if (nix !== undefined) return nix;
  return level === undefined ? `${here}@` : `]${level}]`;
}

/**
 * Returns where the string ends; -1 if it does not. A string in a string has escaped quotes, and
 * more backslashes before a quote of its own; a doubled quote is a quote in some languages.
 */
function closingQuote(inner: string, quote: string): number {
  const depth = /^\\*/.exec(quote)?.[0].length ?? 0;
  const mark = quote.slice(depth);
  for (let at = inner.indexOf(mark); at !== -1; at = inner.indexOf(mark, at + 1)) {
    if (mark.length === 3) return at;
    let first = at;
    while (inner[first - 1] === '\\') first -= 1;
    if ((at - first) % (2 * depth + 2) !== depth) continue;
    const isDoubled = at > depth && /^(.)\1[^\s,;:)\]}"']/.test(inner.slice(at, at + 3));
    if (!isDoubled) return at - depth;
    at += 1;
  }
  return -1;
}

/** A string in a string, or the default of a shell's variable in one. */
const stringWithin = /^(?:\\*(["'`])(?<inner>.+?)\\*\1|\$\{\w{1,60}:?[-=](?<other>[^{}"'\s]+)\})$/d;

function literal(text: string, from: number, to: number, quoted: boolean): Literal | null {
  const nested = quoted ? stringWithin.exec(text.slice(from, to)) : null;
  const inner = nested?.indices?.groups?.inner ?? nested?.indices?.groups?.other;
  if (inner !== undefined) return literal(text, from + inner[0], from + inner[1], quoted);
  const whole = text.slice(from, to);
  const scheme = schemes.exec(whole)?.[0] ?? '';
  const start = from + scheme.length;
  // A line break at the end of a string is no part of a secret.
  const end = to - (quoted ? (/(?:\\+[nrt])+$/.exec(whole)?.[0].length ?? 0) : 0);
  if (start >= end) return null;
  const value = unescaped(text.slice(start, end));
  return { start, end, text: value, quoted, scheme: scheme.trim().toLowerCase() };
}

const escapes = new RegExp(
  [
    String.raw`\\+(?:u\{(?<point>[0-9a-f]{1,6})\}|u(?<unit>[0-9a-f]{4})|x(?<byte>[0-9a-f]{2})`,
    String.raw`|(?<sign>[^\w\s]))|&(?:#x(?<hex>[0-9a-f]{1,5})|#(?<number>\d{1,5})`,
    '|(?<entity>amp|lt|gt|quot|apos));',
  ].join(''),
  'gi',
);
const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Returns the value with its escapes of strings and markup replaced by what they stand for. */
function unescaped(value: string): string {
  if (!/[\\&]/.test(value)) return value;
  return value.replace(escapes, (whole: string, ...parts: readonly unknown[]) => {
    const { point, unit, byte, sign, hex, number, entity } = parts.at(-1) as Opened;
    if (sign !== undefined) return sign;
    if (entity !== undefined) return entities[entity.toLowerCase()] ?? whole;
    const code = Number.parseInt(point ?? unit ?? byte ?? hex ?? number ?? '', number ? 10 : 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
