/**
 * Finds every licence that a readme states for the work itself, so that a contradiction with the
 * other evidence is seen. What it says of dependencies, pictures or documentation is no statement
 * about the work; in doubt it states nothing. Pure.
 */
import { identifiersOf, type LicenceExpression, licence } from './expression.ts';
import { licencesIn } from './named.ts';
import { fromName, stated } from './statement.ts';
import { licenceWords, textsIn } from './text.ts';

/** A longer sentence is no statement. */
const sentenceCharactersMax = 400;

/** A longer section explains licences rather than states one. */
const sectionWordsMax = 80;

interface Section {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

export function licencesOfReadme(raw: string): ReadonlySet<string> {
  const text = raw.replace(/\r\n?/g, '\n').replace(fence, '');
  const badges = [...text.matchAll(badge)].flatMap(([, name = '']) => licencesIn(badgeText(name)));
  const plain = withoutMarkup(text);
  const sections = sectionsOf(plain);
  const title = titleOf(sections);
  const said = sections.flatMap((section) => claimsIn(section, title));
  const found = [...badges, ...said].flatMap(identifiersOf);
  return new Set(found.filter((identifier) => identifier !== stated));
}

const fence = /^ {0,3}(```|~~~)[^\n]*\n[\s\S]*?^ {0,3}\1[^\n]*$/gm;
const image = /!\[[^[\]\n]{0,200}\]\([^)\n]{0,500}\)/g;
const linked = /\[([^[\]\n]{1,200})\][[(][^)\]\n]{0,500}[\])]/g;
const badge = /\/badge\/licen[cs]e-((?:[^-/\s]|--){1,80})-/gi;
const headingTag = /<h[1-6]\b[^<>\n]{0,200}>/gi;
const anyTag = /<\/?[a-z][^<>\n]{0,200}>/gi;

function withoutMarkup(text: string): string {
  const prose = text.replace(headingTag, '\n## ').replace(/<\/h[1-6]>/gi, '\n\n');
  const words = prose.replace(anyTag, ' ').replace(image, ' ').replace(linked, '$1');
  return words.replace(/[*`]{1,3}(?=\S)|(?<=\S)[*`]{1,3}/g, '');
}

/** Returns the words of a badge's address, in which signs are escaped. */
function badgeText(name: string): string {
  const escapes = name.replaceAll('--', '-').replaceAll('_', ' ');
  return escapes.replace(/%20/g, ' ').replace(/%2B/gi, '+');
}

/** Splits at headings that begin with `#` or `=`, or are underlined. */
function sectionsOf(text: string): readonly Section[] {
  const marked = text.replace(/^(?=[^\n]{0,80}\w)([^\n]{1,200})\n[-=~^]{3,}[ \t]*$/gm, '## $1\n');
  const [before = '', ...parts] = marked.split(/^(?:#{1,6}|={1,6})[ \t]+(?=\S)/m);
  const sections = parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n');
    return { heading, paragraphs: paragraphsOf(lines.join('\n')) };
  });
  return [{ heading: '', paragraphs: paragraphsOf(before) }, ...sections];
}

/** Returns the words of the first heading, or the first word of a readme without a heading. */
function titleOf([before, first]: readonly Section[]): ReadonlySet<string> {
  const [start] = before?.paragraphs ?? [];
  return new Set(start === undefined ? wordsOf(first?.heading ?? '') : wordsOf(start).slice(0, 1));
}

/** Joins the lines of each paragraph; an item of a list and a row of a table are paragraphs. */
function paragraphsOf(text: string): readonly string[] {
  const parts = text.split(/\n[ \t]*\n|\n(?=[ \t]{0,20}(?:[-+*|:]|\d{1,3}[.)]))/);
  return parts.map((part) => part.replace(/\s+/g, ' ').trim()).filter((part) => part !== '');
}

const licenceWord =
  '(?:licen[cs](?:e|es|ing)|lizenz|licencia|licen[çz]a|лицензия|许可证?|許可|ライセンス|라이선스)';

const licenceHeading = new RegExp(
  [
    String.raw`^(?:[\W\d_]*)(?:the |our |software |copyright (?:and|&) )?`,
    licenceWord,
    String.raw`(?:[ \t]*(?:(?:and|&|/|,)[\w &]{1,30}|\([^)\n]{1,30}\)|[-–—:.][^\n]{0,40}|`,
    String.raw`information|info|details|terms|agreement))?[\s#=:.]*$`,
  ].join(''),
  'i',
);

/** Headings of sections about works of others. */
const otherWorks = new RegExp(
  [
    '3rd|third|vendor|depend|require|credit|acknowledg|attribut|thank|related|alternativ|compar|',
    'bundl|includ|asset|icon|image|logo|font|artwork|data|document|example|compatib|faq|question',
  ].join(''),
  'i',
);

function claimsIn(
  { heading, paragraphs }: Section,
  title: ReadonlySet<string>,
): readonly LicenceExpression[] {
  const isLicences = licenceHeading.test(heading);
  if (!isLicences && otherWorks.test(heading)) return [];
  const whole = paragraphs.join('\n');
  const texts = textsIn(licenceWords(whole)).map((identifier) => licence(identifier));
  const isShort = whole.split(/\s+/).length <= sectionWordsMax;
  const inHeading = isLicences ? licencesIn(heading) : [];
  const said = paragraphs.flatMap((paragraph) =>
    sentencesOf(paragraph).flatMap((sentence, index, all) => {
      const subject = subjectOf(sentence);
      if (denial.test(sentence) || (subject !== null && !isWork(subject, title))) return [];
      if (isLicences && isShort) return licencesIn(sentence);
      if (subject !== null) return firstOf(claims, sentence.slice(subject.length));
      // Before a sentence without a subject, only a copyright may stand.
      const before = all[index - 1] ?? '©';
      if (!/copyright|©|\(c\)/i.test(before)) return [];
      return [
        ...(isItem.test(paragraph) ? [] : nameAlone(sentence)),
        ...firstOf(bareClaims, sentence),
      ];
    }),
  );
  return [...inHeading, ...texts, ...said];
}

/** Splits at the ends of sentences; the point of an initial, as in `A. Person`, is none. */
function sentencesOf(paragraph: string): readonly string[] {
  const plain = paragraph.replace(/^[\s>|:+*-]+/, '');
  return plain
    .split(/(?<=[^\sA-Z][.!?]|[^\s.][A-Z][.!?]) (?=[A-Z])/)
    .filter((sentence) => sentence.length <= sentenceCharactersMax);
}

/** A sentence with one of these words says what the licence is not, or tells of another time. */
const denial = /\b(?:not|never|nor?|non|unlike|instead|formerly|previously|compatible)\b|n['’]t\b/i;

function subjectOf(sentence: string): string | null {
  const verb = /^(.{1,80}?) (?:is|are|was|were|has|have|uses?|comes?|remains?)\b/;
  return verb.exec(sentence)?.[1] ?? null;
}

const works = new Set(
  [
    'app application code codebase content contents crate files gem implementation it library',
    'module package plugin product program project repo repository script software source sources',
    'this tool work everything',
  ]
    .join(' ')
    .split(' '),
);

/** Words that leave the noun behind them what it is. */
const wholeWords = new Set('the this all our its of source whole entire complete'.split(' '));

/** Whether the words name the work of the readme: its name, or nouns such as `this library`. */
function isWork(subject: string, title: ReadonlySet<string>): boolean {
  const words = wordsOf(subject);
  const last = words.at(-1) ?? '';
  const isNamed = (word: string) => title.has(word) || wholeWords.has(word);
  if (words[0] === 'this') return works.has(last);
  return words.every((word) => isNamed(word) || works.has(word));
}

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\d]+/gu) ?? [];
}

/** How an item of a list, or a row of a table, begins. */
const isItem = /^[-+*|]/;

const granted =
  '(?:licen[cs]ed|released|distributed|redistributable|published|available|provided|covered|' +
  'open[- ]sourced|(?:free|open)(?:[ -]source)? software)';

/** What may follow the subject of a sentence; a licence stands in the rest. */
const claims: readonly RegExp[] = [
  new RegExp(
    String.raw`^ (?:is|are)(?: [\w-]+){0,3} ${granted}(?: [\w-]+){0,2} (?:under|by)\b(.+)`,
    'i',
  ),
  /^ is free software[:;,] you (?:can|may) redistribute it .{0,40}\bunder\b(.+)/i,
  /^ (?:uses?|has|have|is|are)((?: (?!of\b|for\b|from\b)[\w.+-]+){1,7} licen[cs]ed?)\b/i,
  /^ (?:is|are)((?: [\w.+-]+){1,3})\W*$/i,
];

/** Sentences without a subject; a licence stands in the rest. */
const bareClaims: readonly RegExp[] = [
  new RegExp(String.raw`^(?:code )?${granted}(?: [\w-]+){0,3} (?:under|by)\b(.+)`, 'i'),
  new RegExp(String.raw`^${licenceWord}[\W_]{1,6}(.{2,60})$`, 'i'),
];

/** Reads a sentence that is only a licence's name; lists and tables hold names of other things. */
function nameAlone(sentence: string): readonly LicenceExpression[] {
  const name = fromName(sentence.replace(/[.,;:]+$/, ''));
  if (name !== null) return [licence(name)];
  return /^(?:gnu )?[al]?gpl.{0,12}$/i.test(sentence) ? licencesIn(sentence) : [];
}

function firstOf(patterns: readonly RegExp[], text: string): readonly LicenceExpression[] {
  for (const pattern of patterns) {
    const named = licencesIn(pattern.exec(text)?.[1] ?? '');
    if (named.length > 0) return named;
  }
  return [];
}
