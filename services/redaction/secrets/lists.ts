/**
 * Finds secrets in a list that is bound to a telling name, as arrays and slices of programs, arrays
 * of shells and lists of YAML hold them. Each element is judged by itself.
 */
import { isSecret } from './judging/judge.ts';
import type { Name, NameKind } from './judging/names.ts';
import { type Literal, readLiteral, stringOpening } from './literals.ts';

/** The rest of a declaration behind the name: the mark of an array, and a type. */
const declared = String.raw`["'\x60]?\]?(?:\[\d{0,5}\])?(?:[ \t]?:[ \t]?[\w<>[\]&;*' ]{1,40}?)?`;
const assigned = String.raw`[ \t]{0,8}(?:[+:]?=|:|=>)[ \t]{0,8}`;
/** What makes a list of the strings in brackets: a type of Go, Java or Rust, or a function. */
const type = String.raw`(?:new[ \t]+)?(?:\[\d{0,5}\])?[A-Za-z_][\w.<>]{0,40}(?:\[\d{0,5}\])?`;
const maker = String.raw`(?:@|array|(?:List|Set)\.of|Arrays\.asList|(?:list|set|array|mutableList)Of|tuple|set|frozenset)`;
const beforeList = new RegExp(
  [
    `${declared}${assigned}(?:&?\\[|${type}\\{|vec!\\[|\\{|${maker}\\(\\[?|\\()`,
    String.raw`\s{0,80}(?=${stringOpening})`,
  ].join(''),
  'y',
);
/** From the end of an element's string to the next one. */
const nextElement = new RegExp(
  [
    String.raw`\\{0,3}["'\x60](?:#{1,4})?\s{0,80}(?:,\s{0,80}(?:(?:#|//)[^\r\n]{0,200}\r?\n\s{0,80})?`,
    String.raw`|(?<=\s))(?=${stringOpening})`,
  ].join(''),
  'y',
);

/** Words without quotes: arrays of shells, and Ruby's lists of words. */
const beforeWords =
  /\+?=(?:\(|[ \t]?%[wW][[({<|])\s{0,80}(?=[^\s"'()$`#])|[ \t]=[ \t]%[wW][[({<|]\s{0,80}/y;
const word = /[^\s"'()[\]{}<>$`#|,;]{4,256}/y;
const nextWord = /\s{1,80}/y;

/** A list of YAML, an element a line. */
const beforeItems = /["']?[ \t]{0,4}:[ \t]{0,8}(?=\r?\n)/y;
const item = /\r?\n[ \t]{0,60}-[ \t]{1,8}(?=[^\s#{[&*!|>-])/y;

const elementsMax = 100;

/** The secrets among the elements; `isSettings` says that a value needs no quotes in the file. */
export function secretsInList(
  text: string,
  { end }: Name,
  kind: NameKind,
  isSettings: boolean,
): readonly Literal[] {
  const elements =
    stringsAt(text, end) ?? wordsAt(text, end) ?? (isSettings ? itemsAt(text, end) : []);
  return elements.filter((element) => isSecret(element, kind));
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function stringsAt(text: string, from: number): readonly Literal[] | null {
  let at = endOf(beforeList, text, from);
  if (at === null) return null;
  const found: Literal[] = [];
  while (at !== null && found.length < elementsMax) {
    const value = readLiteral(text, at, 'operator');
    if (value === null) break;
    found.push(value);
    at = endOf(nextElement, text, value.end);
  }
  return found;
}

function wordsAt(text: string, from: number): readonly Literal[] | null {
  let at = endOf(beforeWords, text, from);
  if (at === null) return null;
  const found: Literal[] = [];
  while (at !== null && found.length < elementsMax) {
    const end = endOf(word, text, at);
    if (end === null) break;
    found.push({ start: at, end, text: text.slice(at, end), quoted: false, scheme: '' });
    at = endOf(nextWord, text, end);
  }
  return found;
}

function itemsAt(text: string, from: number): readonly Literal[] {
  let at = endOf(beforeItems, text, from);
  const found: Literal[] = [];
  while (at !== null && found.length < elementsMax) {
    const start = endOf(item, text, at);
    if (start === null) break;
    const value = readLiteral(text, start, 'space');
    if (value !== null) found.push(value);
    const line = text.indexOf('\n', start);
    at = line === -1 ? null : line - (text.charAt(line - 1) === '\r' ? 1 : 0);
  }
  return found;
}
