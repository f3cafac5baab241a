/** Reads the licence section of a readme, as licensee does. */
import { combine, type LicenceExpression, licence } from './expression.ts';
import { licencesIn } from './named.ts';
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
