/**
 * Reads the licences that a readme states: its licence section, as licensee does, and to find
 * contradictions also its sentences and badges.
 */
import { combine, identifiersOf, type LicenceExpression, licence } from './expression.ts';
import { licencesIn } from './named.ts';
import { readBlock } from './notice.ts';
import { stated } from './statement.ts';
import { matchLicenceText, unrecognised } from './text.ts';

/** A longer section without a licence text explains licences rather than states one. */
const wordsMax = 80;

export function isReadme(path: string): boolean {
  return /^readme(?:\.(?:md|markdown|txt|rst|adoc|rdoc|org))?$/i.test(path);
}

const heading = new RegExp(
  [
    String.raw`^(?:#{1,6}|={1,6})[ \t]*(?:the )?(?:software )?licen[cs](?:e|ing)\b[^\n]{0,40}$|`,
    String.raw`^(?:the )?(?:software )?licen[cs](?:e|ing)\b[^\n]{0,40}\n[-=~^]{3,}[ \t]*$`,
  ].join(''),
  'im',
);
const nextHeading = /\n(?:#{1,6}|={1,6})[ \t]*\S|\n[^\n]+\n[-=~^]{3,}[ \t]*(?:\n|$)/;

/** Returns the licence that the section `License` states; null if there is none. */
export function readReadme(raw: string): LicenceExpression | null {
  const text = raw.replace(/\r\n?/g, '\n');
  const found = heading.exec(text);
  if (found === null) return null;
  const rest = text.slice(found.index + found[0].length);
  const end = rest.search(nextHeading);
  const section = end === -1 ? rest : rest.slice(0, end);
  const texts = matchLicenceText(section).filter(({ identifier }) => identifier !== unrecognised);
  const matched = texts.map(({ identifier }) => licence(identifier));
  if (matched.length > 0) return combine('and', matched);
  if (section.split(/\s+/).length > wordsMax) return null;
  const isChoice = /\bor\b|\bdual\b|\beither\b/i.test(section.replace(/or (?:any )?later/gi, ''));
  return combine(isChoice ? 'or' : 'and', licencesIn(section));
}

/** A longer line is no statement. */
const lineCharactersMax = 400;

const fence = /^ {0,3}(```|~~~)[^\n]*\n[\s\S]*?^ {0,3}\1[^\n]*$/gm;
const image = /!\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)/g;
const linked = /\[([^\]\n]{1,200})\][[(][^)\]\n]{0,500}[\])]/g;
const badge = /\/badge\/licen[cs]e-((?:[^-/\s]|--){1,80})-/gi;

const headingTag = /<h[1-6]\b[^>\n]{0,200}>/gi;
const anyTag = /<\/?[a-z][^>\n]{0,200}>/gi;

const work = String.raw`(?:[\w@./-]+|(?:this|the|all|our)(?: [\w-]+){1,3})`;
const thing = '(?:code|project|software|source|library|package|work)';
const grant = '(?:licen[cs]ed|released|distributed|published|available|provided|covered|software)';
/** Lines that state the licence of the work; a licence stands in what follows. */
const statements: readonly RegExp[] = [
  new RegExp(
    String.raw`^${work} (?:is|are)(?: [\w-]+){0,3} ${grant}(?: [\w-]+){0,2} (?:under|by)\b(.{1,160})`,
    'i',
  ),
  /^(?:free|open)[ -](?:source )?software(?: [\w-]+){0,3} under\b(.{1,160})/i,
  /^(?:this|the|all|our)(?: [\w-]+){1,3} (?:uses?|has|have|is|are)\b(.{1,60}\blicen[cs]ed?)\b/i,
  new RegExp(String.raw`^(?:this|the|all|our) ${thing} (?:is|are)((?: [\w.+-]+){1,3})\W*$`, 'i'),
  /^licen[cs](?:e|ing)\b[^\w\n]{1,6}(.{2,60})$/i,
];

function statedOn(line: string): readonly LicenceExpression[] {
  return statements.flatMap((pattern) => licencesIn(pattern.exec(line)?.[1] ?? ''));
}

/** Returns every licence that the readme states for the work in any of these ways. */
export function licencesOfReadme(raw: string): ReadonlySet<string> {
  const text = raw.replace(/\r\n?/g, '\n').replace(fence, '');
  const badges = [...text.matchAll(badge)].flatMap(([, name = '']) => licencesIn(badgeText(name)));
  const prose = text.replace(headingTag, '\n## ').replace(anyTag, ' ');
  const plain = prose.replace(image, ' ').replace(linked, '$1').replace(/[*`]/g, '');
  const lines = plain.split('\n').map((line) => line.replace(/^[ \t>#|-]+/, '').trim());
  const short = lines.filter((line) => line.length <= lineCharactersMax).flatMap(statedOn);
  const block = readBlock({ lines, offset: 0 });
  const said = [readReadme(plain) ?? [], block ?? [], short, badges].flat();
  return new Set(said.flatMap(identifiersOf).filter((identifier) => identifier !== stated));
}

/** Returns the words of a badge's address, in which signs are escaped. */
function badgeText(name: string): string {
  const escapes = name.replaceAll('--', '-').replaceAll('_', ' ');
  return escapes.replace(/%20/g, ' ').replace(/%2B/gi, '+');
}
