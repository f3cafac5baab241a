/**
 * Reads strings that a program writes in pieces as one: `"ab" "cd"`, `"ab" + "cd"`. What a table
 * finds across pieces of the joined text is a finding for each piece; the quotes between them stay.
 */
import type { Finding } from '../redaction.ts';

/** Languages in which a string right behind a string continues it. */
const adjacent = /\.(?:py|pyi|pyx|pyw|c|h|cc|cpp|cxx|hh|hpp|hxx|inc|ino|cu|m|mm|d|dart|rb)$/i;

const comment = String.raw`(?:(?:#|//)[^\r\n]{0,80})?`;
const space = String.raw`[ \t]{0,8}(?:[\\_]?${comment}\r?\n[ \t]{0,80}){0,2}`;
const operator = String.raw`(?:\+\+?|\.{1,2}|&|\|\||<>|~)`;
/** From the quote that ends a piece to the quote that begins the next one. */
const joint = (between: string) =>
  new RegExp(`(?<end>["'\x60])${between}(?:[bBrRuUfFL@$]|u8){0,2}["'\x60]`, 'g');
const withOperator = joint(`${space}${operator}${space}`);
const withSpace = joint(`(?:${space}${operator}${space}|(?=\\s|\\\\)${space})`);

/** What the joined text leaves out: a range of the text, and where it lay in the joined text. */
interface Joint {
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

type SecretTable = (path: string, text: string) => readonly Finding[];

/** Returns what the tables find across the pieces of strings; none in a text without such. */
export function findInPieces(path: string, text: string, tables: readonly SecretTable[]) {
  const joints = jointsOf(path, text);
  if (joints.length === 0) return [];
  let joined = '';
  let end = 0;
  for (const { start, end: next } of joints) {
    joined += text.slice(end, start);
    end = next;
  }
  joined += text.slice(end);
  return tables.flatMap((find) =>
    find(path, joined).flatMap((finding) => piecesOf(finding, joints)),
  );
}

function jointsOf(path: string, text: string): readonly Joint[] {
  const joints: Joint[] = [];
  let removed = 0;
  for (const { index, 0: between, groups } of text.matchAll(
    adjacent.test(path) ? withSpace : withOperator,
  )) {
    if (!endsString(text, index, groups?.end ?? '')) continue;
    joints.push({ start: index, end: index + between.length, at: index - removed });
    removed += between.length;
  }
  return joints;
}

/** Whether a string that began on this line ends at the quote, as an odd number of quotes shows. */
function endsString(text: string, at: number, quote: string): boolean {
  let count = 0;
  for (let before = at - 1; before >= 0 && at - before <= 1024; before -= 1) {
    const character = text.charAt(before);
    if (character === '\n' || character === '\r') break;
    if (character === quote && text.charAt(before - 1) !== '\\') count += 1;
  }
  return count % 2 === 1;
}

/**
 * The parts of the text that a finding in the joined text covers: also of one in a single piece,
 * for its name may stand in the piece before it.
 */
function piecesOf(finding: Finding, joints: readonly Joint[]): readonly Finding[] {
  const within = joints.filter(({ at }) => at > finding.start && at < finding.end);
  const before = joints.filter(({ at }) => at <= finding.start).at(-1);
  let start = finding.start + (before === undefined ? 0 : before.end - before.at);
  const pieces: Finding[] = [];
  for (const joint of within) {
    pieces.push({ ...finding, start, end: joint.start });
    start = joint.end;
  }
  const last = within.at(-1) ?? before;
  const end = finding.end + (last === undefined ? 0 : last.end - last.at);
  return [...pieces, { ...finding, start, end }].filter((piece) => piece.end > piece.start);
}
