/** Finds the licences that sentences grant, and whether the reader may choose among them. */
import { openPatterns } from '../../../../redaction/search/search.ts';
import { type LicenceExpression, licence } from '../expression.ts';
import { licencesIn } from '../named.ts';
import { stated } from '../statement.ts';
import { grantedPart, type Language } from './denials.ts';
import { foreignGrants } from './foreign.ts';
import { stop } from './prose.ts';

const things = [
  'files?|programs?|librar(?:y|ies)|software|code|sources?|module|package|work|',
  'script|plugin|project|product|class|component|document|documentation|header|',
  'driver|font|theme|extension|materials?|content|application|app|tool|framework|',
  'utility|patch|game|example|snippet|implementation|data|form|distribution|release|',
  'copy|notebook|it',
].join('');
const verbs = [
  'licen[cs]ed|distributed|redistributed|released|available|provided|covered|',
  'governed|published|offered|subject|copied|used|modified|protected|placed|',
  'dual[- ]licen[cs]ed|free software|open source',
].join('');

/** Words that may stand between a noun of `things` and a verb of `verbs`. */
const between =
  'and|or|is|are|may|can|be|has|have|been|made|was|were|will|also|code|all|its|the|accompanying|' +
  'materials|not|re';

const englishGrants: readonly RegExp[] = [
  new RegExp(
    [
      String.raw`\bunder (?:either )?(?:the |either )?(?:same )?(?:terms|conditions|`,
      String.raw`provisions)(?: (?:and|or) conditions)? (?:of|as)\b`,
    ].join(''),
    'gi',
  ),
  /\bsubject to (?:the )?(?:terms|conditions|provisions)(?: and conditions)? of\b/gi,
  new RegExp(
    [
      String.raw`\b(?:this|these|the contents of this|accompanying|use of this)(?: [\w/-]+){0,3}?`,
      String.raw` (?:${things})\b(?:,? (?:${between})){0,8}`,
      String.raw` (?:${verbs})(?: [\w/,]+){0,6}? (?:under|by|to|in)\b`,
    ].join(''),
    'gi',
  ),
  new RegExp(
    [
      `(?:^|[.,!;:>)${stop}-] ?)(?:(?:dual|tri|triple|multi)[- ]?)?`,
      '(?:licen[cs]ed|released|(?:re)?distributed|available|made available|published|provided|',
      String.raw`redistributable|covered|open[- ]sourced)(?: [\w/-]+){0,4}? (?:under|by)\b`,
    ].join(''),
    'gi',
  ),
  /\b(?:is|are) (?:dual|tri|triple|multi)[- ]?licen[cs]ed(?: under)?\b/gi,
  /\bsame terms as\b/gi,
  new RegExp(
    String.raw`\bthis (?:[\w-]+ ){0,2}(?:${things})(?: (?:is|are|falls|comes))? under (?:the )?(?=(?:gnu|[al]?gpl|mpl|eupl)\b)`,
    'gi',
  ),
];

const rows: readonly (readonly [language: Language, grant: RegExp])[] = [
  ...englishGrants.map((grant) => ['english', grant] as const),
  ...foreignGrants,
];

/** Patterns of the words that precede the name of a licence. */
export const grants: readonly RegExp[] = rows.map(([, grant]) => grant);

/** The name of the licence must be within this many characters after the grant. */
const clauseCharacters = 400;

const findGrants = openPatterns().search(grants);

export function grantsIn(prose: string): readonly LicenceExpression[] {
  return findGrants(prose).flatMap((matches, row) =>
    matches.flatMap(({ index, 0: words }) => {
      const [language] = rows[row] as (typeof rows)[number];
      const whole = clauseAt(prose, index + words.length);
      const clause = grantedPart(language, prose, index, words, whole);
      const named = licencesIn(clause);
      if (named.length > 0) return named;
      return isForeign(words, clause) ? [licence(stated)] : [];
    }),
  );
}

const clauseEnd = new RegExp(String.raw`[.!]\s+(?=[A-Z(<@])|${stop}`);

/** Returns the text up to the end of the sentence; `v. 2.0` and `;` do not end it. */
function clauseAt(prose: string, start: number): string {
  const rest = prose.slice(start, start + clauseCharacters);
  const end = rest.search(clauseEnd);
  return end === -1 ? rest : rest.slice(0, end);
}

const granting = /\b(?:licen[cs]ed?|distributed|released|governed|covered|available|provided)\b/i;
const reference = new RegExp(
  [
    String.raw`\b(?:file|found|see|root|top[- ]level|repository|project|copying|accompan|same|`,
    'above|below|following|http|this licen[cs]e|its own|their (?:own|respective)|',
    String.raw`original|respective|license\.(?:md|txt|rst))`,
  ].join(''),
  'i',
);
const foreignName = new RegExp(
  [
    String.raw`\b[A-Z][\w&.-]*(?: [\w&.()-]+){0,6} (?:Licen[cs]e|Agreement|EULA|Terms)\b|`,
    String.raw`\b(?:commercial|proprietary|custom|non-?free) (?:licen[cs]e|terms|agreement)\b`,
  ].join(''),
);

/** Whether the clause names an unknown licence, and does not refer to a file or page instead. */
function isForeign(grant: string, clause: string): boolean {
  return granting.test(grant) && !reference.test(clause) && foreignName.test(clause);
}

const choice = new RegExp(
  [
    String.raw`\b(?:dual|tri|triple|multi)[- ]?licen[cs]|\balternatively\b|\bchoice of\b|`,
    String.raw`\beither (?:the |of |a )|\bmay choose\b|\bat your (?:option|choice)\b|`,
    String.raw`\bor the (?:terms of the )?(?:gnu|mit|apache|bsd|l?gpl)|\b[)\w] or (?:the )?(?:mit|`,
    String.raw`apache|bsd|l?gpl|gnu|boost)\b|\bperl itself\b|\bmpl 1\.1\/gpl`,
  ].join(''),
  'i',
);

/**
 * Whether the notice offers a choice of licences. `either version 2 of the License, or (at your
 * option) any later version` is not a choice.
 */
export function isChoice(prose: string): boolean {
  return choice.test(prose.replace(/either version.{0,60}?any later version/gi, ''));
}
