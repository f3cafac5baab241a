/**
 * Recognises the notices that state a file's licence: grants in sentences, tags such as `@license`,
 * licence texts, and reservations of all rights. A mere mention of a licence is not a notice.
 */
import type { CommentBlock } from './comments.ts';
import { combine, type LicenceExpression, licence } from './expression.ts';
import { licencesIn } from './named.ts';
import { fromName, parseKnown, stated } from './statement.ts';
import { licenceWords, textsIn } from './text.ts';

/** Marks the end of a paragraph or of a self-contained line in the joined text of a block. */
const stop = '¶';

/** A tag or a reservation counts only within this many characters of a file's start. */
const headCharacters = 8_192;

/** A longer line is not a tag. */
const tagCharacters = 300;

/** Returns the licence that the block states; null if it states none. */
export function readBlock({ lines, offset }: CommentBlock): LicenceExpression | null {
  const inHead = offset < headCharacters;
  const prose = proseOf(lines);
  const words = licenceWords(lines.join('\n'));
  const texts = textsIn(words).map((identifier) => licence(identifier));
  const granted = grantsIn(prose);
  const tagged = inHead ? lines.flatMap((line) => readTag(line) ?? []) : [];
  const found = unique([...granted, ...texts, ...tagged]);
  const understood = found.filter((part) => !isStated(part));
  const parts = understood.length > 0 && !reserves(prose) ? understood : found;
  if (inHead && reserves(prose) && !parts.some(isStated)) parts.push(licence(stated));
  return combine(isChoice(prose) && parts.every((part) => !isStated(part)) ? 'or' : 'and', parts);
}

function isStated(expression: LicenceExpression): boolean {
  return expression.kind === 'licence' && expression.identifier === stated;
}

/** Drops vague licences: `GPL` beside `GPL version 2 or later` adds nothing. */
function unique(parts: readonly LicenceExpression[]): LicenceExpression[] {
  const familyOf = (part: LicenceExpression) =>
    part.kind === 'licence'
      ? (/^[AL]?GPL|^LicenseRef-BSD|^BSD/.exec(part.identifier)?.[0] ?? null)
      : null;
  const isVague = (part: LicenceExpression) =>
    part.kind === 'licence' &&
    /GPL-1\.0-or-later|^LGPL-2\.0-or-later$|^LicenseRef-BSD$/.test(part.identifier);
  const short = (part: LicenceExpression) => familyOf(part)?.replace('LicenseRef-', '') ?? null;
  return parts.filter(
    (part, index) =>
      !isVague(part) ||
      !parts.some((other, at) => at !== index && short(other) === short(part) && !isVague(other)),
  );
}

/** Joins the lines to one text, in which copyright lines and empty lines end a sentence. */
function proseOf(lines: readonly string[]): string {
  const ended = lines.map((line) => {
    if (line === '' || /^[-=*#_~+/. ]+$/.test(line)) return ` ${stop} `;
    const own = /^(?:@|\\|:)?\w*(?:copyright|authors?)\b|\(c\)|©|^@\w+|^\w+[^ ]*\.\w{1,5}$/i.test(
      line,
    );
    return own ? `${line} ${stop} ` : `${line} `;
  });
  return ended
    .join('')
    .replace(/["“”'‘’`*]/g, '')
    .replace(/\s+/g, ' ');
}

const things = [
  'files?|programs?|librar(?:y|ies)|software|code|sources?|module|package|work|',
  'script|plugin|project|product|class|component|document|documentation|header|',
  'driver|font|theme|extension|materials?|content|application|app|tool|framework|',
  'utility|patch|game|example|snippet|implementation|data|form|distribution|release|',
  'copy|it',
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

/** Patterns of the words that precede the name of a licence. */
const grants: readonly RegExp[] = [
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
      `(?:^|[.!;:>)${stop}-] ?)(?:(?:dual|tri|triple|multi)[- ]?)?`,
      '(?:licen[cs]ed|released|(?:re)?distributed|available|made available|published|provided|',
      String.raw`redistributable|covered|open[- ]sourced)(?: [\w/-]+){0,4}? (?:under|by)\b`,
    ].join(''),
    'gi',
  ),
  /\b(?:is|are) (?:dual|tri|triple|multi)[- ]?licen[cs]ed(?: under)?\b/gi,
  /\bsame terms as\b/gi,
];

/** The name of the licence must be within this many characters after the grant. */
const clauseCharacters = 400;

function grantsIn(prose: string): readonly LicenceExpression[] {
  return grants.flatMap((grant) =>
    [...prose.matchAll(grant)].flatMap((match) => {
      const clause = clauseAt(prose, match.index + match[0].length);
      const named = licencesIn(clause);
      if (named.length > 0) return named;
      return isForeign(match[0], clause) ? [licence(stated)] : [];
    }),
  );
}

/** Returns the text up to the end of the sentence; `v. 2.0` and `;` do not end it. */
function clauseAt(prose: string, start: number): string {
  const rest = prose.slice(start, start + clauseCharacters);
  const end = rest.search(new RegExp(String.raw`[.!]\s+(?=[A-Z(<@])|${stop}`));
  return end === -1 ? rest : rest.slice(0, end);
}

/** Whether the clause names an unknown licence, and does not refer to a file or page instead. */
function isForeign(grant: string, clause: string): boolean {
  if (!/\b(?:licen[cs]ed?|distributed|released|governed|covered|available|provided)\b/i.test(grant))
    return false;
  if (
    new RegExp(
      [
        String.raw`\b(?:file|found|see|root|top[- ]level|repository|project|copying|accompan|same|`,
        'above|below|following|http|this licen[cs]e|its own|their (?:own|respective)|',
        String.raw`original|respective|license\.(?:md|txt|rst))`,
      ].join(''),
      'i',
    ).test(clause)
  ) {
    return false;
  }
  return new RegExp(
    [
      String.raw`\b[A-Z][\w&.-]*(?: [\w&.()-]+){0,6} (?:Licen[cs]e|Agreement|EULA|Terms)\b|`,
      String.raw`\b(?:commercial|proprietary|custom|non-?free) (?:licen[cs]e|terms|agreement)\b`,
    ].join(''),
  ).test(clause);
}

/**
 * Whether the notice offers a choice of licences. `either version 2 of the License, or (at your
 * option) any later version` is not a choice.
 */
function isChoice(prose: string): boolean {
  const rest = prose.replace(/either version.{0,60}?any later version/gi, '');
  return new RegExp(
    [
      String.raw`\b(?:dual|tri|triple|multi)[- ]?licen[cs]|\balternatively\b|\bchoice of\b|`,
      String.raw`\beither (?:the |of |a )|\bmay choose\b|\bat your (?:option|choice)\b|`,
      String.raw`\bor the (?:terms of the )?(?:gnu|mit|apache|bsd|l?gpl)|\b[)\w] or (?:the )?(?:mit|`,
      String.raw`apache|bsd|l?gpl|gnu|boost)\b|\bperl itself\b|\bmpl 1\.1\/gpl`,
    ].join(''),
    'i',
  ).test(rest);
}

const tag = new RegExp(
  [
    String.raw`^(?:@|\\|:|\$)?(?:spdx-)?licen[cs]e(?:[- _](?:type|name|id|identifier))?(?::|\s*=|`,
    String.raw`\s)\s*:?\s*(\S.*)$`,
  ].join(''),
  'i',
);

/** Reads `License: GPLv2 or later`, `@license MIT`, or a line that is only a licence's name. */
function readTag(line: string): LicenceExpression | null {
  if (line.length > tagCharacters) return null;
  const alone = line.replace(/^the /i, '').replace(/[.,;:]+$/, '');
  const whole = fromName(alone);
  if (whole !== null) return licence(whole);
  if (/^(?:licen[cs]ed? )?(?:gnu )?[al]?gpl\b.{0,30}$/i.test(alone)) {
    return combine('and', licencesIn(alone));
  }
  if (/copyright|\(c\)|©/i.test(line) && /\b[AL]?GPL\b/.test(line)) {
    return combine('and', licencesIn(line));
  }
  const value = tag.exec(line)?.[1]?.replace(/[\s*/.-]+$/, '') ?? '';
  const isTag = /^[@\\:$]|:|=/.test(line.slice(0, 30));
  if (
    value === '' ||
    !isTag ||
    /[{}$<]/.test(value.replace(/<\/?https?:[^>]*>|\{@link[^}]*\}/g, ''))
  )
    return null;
  const name = fromName(value);
  if (name !== null) return licence(name);
  const named =
    parseKnown(value) ?? combine(/\bor\b|\//i.test(value) ? 'or' : 'and', licencesIn(value));
  if (named !== null) return named;
  if (/\b(?:see|file|same|above|below|http)\b|licen[cs]e\.(?:md|txt)/i.test(value)) return null;
  return /\b(?:proprietary|commercial|closed|confidential|eula|all rights reserved)\b/i.test(
    value,
  ) || /^[@\w]*licen[cs]e:\s.*\b(?:licen[cs]e|agreement)$/i.test(line)
    ? licence(stated)
    : null;
}

const copying = [
  '(?:cop(?:y|ying|ied)|reproduc(?:e|ed|tion)|duplicat(?:e|ed|ion)|',
  '(?:re)?distribut(?:e|ed|ion)|disclos(?:e|ed|ure)|disseminat(?:e|ed|ion)|',
  'transmi(?:t|tted|ssion)|use|used|modif(?:y|ied|ication))',
].join('');
const forbidden =
  '(?:prohibited|forbidden|not (?:permitted|allowed)|illegal|unlawful|violat\\w+|penalt\\w+)';

const reservations: readonly RegExp[] = [
  new RegExp(
    String.raw`\bunauthori[sz]ed ${copying}\b.{0,160}\b(?:${forbidden}|via any medium)`,
    'i',
  ),
  new RegExp(String.raw`\b${copying}\b.{0,160}\b(?:strictly|expressly) ${forbidden}`, 'i'),
  new RegExp(
    [
      String.raw`\bproprietary(?:,| and| &|\/| or) ?confidential\b|\bconfidential(?:,| and| &|\/|`,
      String.raw` or) ?proprietary\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:strictly|company|highly) confidential\b|\bconfidential (?:and trade secret|`,
      String.raw`property|information of|source code)\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:is|are|contains?|constitutes?) (?:the )?(?:unpublished )?(?:proprietary|`,
      String.raw`confidential|trade secrets?)\b(?:.{0,60}\b(?:of|to|information|property|software|`,
      'code))',
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\bunpublished (?:proprietary )?(?:source code|work|rights)\b|`,
      String.raw`\bproprietary (?:source code|software|information|material)\b.{0,40}\b(?:of|owned|`,
      'belong)',
    ].join(''),
    'i',
  ),
  /\btrade secrets? of\b|\bproprietary rights? (?:in and )?to this\b|\bproprietary to [A-Z]/,
  new RegExp(
    [
      String.raw`\ball rights reserved\b.{0,200}\b(?:no part of|may not be (?:copied|reproduced|used|`,
      'distributed|disclosed)|do not (?:copy|distribute|redistribute|share)|',
      'without (?:the )?(?:prior |express |explicit |written ){1,3}(?:permission|consent|',
      'authori[sz]ation))',
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\bwithout (?:the |an? |valid )?(?:prior |express |explicit |written |`,
      'signed ){1,3}(?:licen[cs]e agreement|permission|consent|authori[sz]ation) (?:of|',
      String.raw`from|by)\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:for|free for) (?:strictly )?(?:non-?commercial|personal|academic|research|`,
      String.raw`internal|evaluation)(?:,? (?:and|or) [\w-]+)?(?: use| purposes?)? only\b|`,
      String.raw`\bfree for (?:non-?commercial|personal)\b|\b(?:internal|evaluation) use only\b|`,
      String.raw`\bno commercial use\b|\bnot for commercial use\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\bno licen[cs]e (?:is|to use this .{0,20}is) (?:granted|given)\b|`,
      String.raw`\bclosed[- ]source\b.{0,40}\b(?:licen[cs]e|software)|`,
      String.raw`\bcommercial licen[cs]e (?:is )?required\b`,
    ].join(''),
    'i',
  ),
];

/** Whether the notice reserves the file for its owner; plain `All rights reserved` does not. */
function reserves(prose: string): boolean {
  if (!/copyright|\(c\)|©|rights|confidential|proprietary|only|licen[cs]e|prohibited/i.test(prose))
    return false;
  // The third clause of the BSD licence says `without specific prior written permission`.
  const rest = prose.replace(
    /without (?:their |its |the )?specific,? (?:prior )?(?:written )?(?:prior )?permission/gi,
    '',
  );
  return reservations.some((pattern) => pattern.test(rest));
}
