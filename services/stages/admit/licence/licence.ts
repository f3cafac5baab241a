/**
 * Decides a repository's licence from licence texts, package metadata and the notices of its files.
 * The expression claims no more than the evidence: unrecognised texts stay in it as unrecognised,
 * and a repository without any evidence is `unknown`.
 */
import type { Licence, LicenceEvidence } from '../../../../schemas/generated/types.ts';
import type { FileText } from '../file-text.ts';
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  printExpression,
} from './expression.ts';
import { readStatement } from './header.ts';
import { mayNameText, namedTexts, readMetadataLicence } from './metadata.ts';
import type { OwnLicences } from './own.ts';
import {
  isLicenceText,
  isListedText,
  isMainLicence,
  isMetadata,
  licensedFolder,
} from './places.ts';
import { isAllowed } from './policy.ts';
import { isReadme, readReadme } from './readme.ts';
import { licencesOfReadme } from './readme-claims.ts';
import { stated } from './statement.ts';
import { matchLicenceText, type TextMatch, unrecognised } from './text.ts';

export interface TextEvidence {
  readonly evidence: readonly LicenceEvidence[];
  readonly expression: LicenceExpression | null;
}

interface LicensedText {
  readonly path: string;
  readonly expression: LicenceExpression;
}

/**
 * Reads licence texts and metadata among the repository's own files, including files not admitted.
 * If the policy refuses a folder's licence, that licence is evidence but not part of the
 * expression, because the files of that folder are left out.
 */
export function readLicenceFiles(
  files: readonly FileText[],
  allowed: ReadonlySet<string> | null = null,
): TextEvidence {
  const evidence: LicenceEvidence[] = [];
  const texts: LicensedText[] = [];
  const statements: LicenceExpression[] = [];
  const named = new Set(
    files.flatMap(({ path, text }) => namedTexts(path, text)).filter((path) => !mayNameText(path)),
  );
  for (const { path, text } of files) {
    if (holders.test(text)) continue;
    if (isLicenceText(path) || named.has(path)) {
      // A readme holds more than a licence's text, even where metadata names it as such.
      const isWhole = isMain(path) || (named.has(path) && !isReadme(path));
      const matches = matchLicenceText(text).filter(
        ({ identifier }) => identifier !== unrecognised || isWhole,
      );
      const stating = isWhole && !matches.some(isRecognised) ? readStatement(text) : null;
      evidence.push(
        ...(stating === null
          ? matches.map(({ identifier, score }) => ({ path, identifier, score }))
          : identifiersOf(stating).map((identifier) => ({ path, identifier, score: 0.8 }))),
      );
      const found = matches.map(({ identifier }) => licence(identifier));
      const expression = stating ?? combine('and', found);
      if (expression !== null && !isRefusedFolder(path, expression, allowed)) {
        texts.push({ path, expression });
      }
    } else if (isMetadata(path)) {
      const expression = readMetadataLicence(path, text);
      if (expression === null) continue;
      statements.push(expression);
      for (const identifier of identifiersOf(expression))
        evidence.push({ path, identifier, score: 0.9 });
    }
  }
  const said = joinStatements(statements);
  const expression = join(said, combineTexts(withoutListed(texts, said)));
  if (expression === null) return fromReadme(files, evidence);
  return withContradiction(files, { evidence, expression });
}

/** Beside a licence that R knows, LICENSE has only these lines, and no text. */
const holders = /^(?:\s*(?:YEAR|COPYRIGHT HOLDERS?|ORGANI[SZ]ATION):[^\r\n]*(?:\r?\n|$)){1,6}\s*$/i;

function isRecognised({ identifier }: TextMatch): boolean {
  return identifier !== unrecognised;
}

function isMain(path: string): boolean {
  return isMainLicence(path) || licensedFolder(path) !== null;
}

function isRefusedFolder(
  path: string,
  expression: LicenceExpression,
  allowed: ReadonlySet<string> | null,
): boolean {
  return licensedFolder(path) !== null && !isAllowed(printExpression(expression), allowed);
}

/** Reads the readme, which counts only if no other file states a licence. */
function fromReadme(files: readonly FileText[], evidence: LicenceEvidence[]): TextEvidence {
  for (const { path, text } of files) {
    const expression = isReadme(path) ? readReadme(text) : null;
    if (expression === null) continue;
    const found = identifiersOf(expression).map((identifier) => ({ path, identifier, score: 0.5 }));
    return { evidence: [...evidence, ...found], expression };
  }
  return { evidence, expression: null };
}

/**
 * Adds the licences of a readme that names none of those known: nobody can tell which statement
 * holds, so both do. A readme that names one of them only tells of further parts.
 */
function withContradiction(
  files: readonly FileText[],
  { evidence, expression }: TextEvidence & { readonly expression: LicenceExpression },
): TextEvidence {
  const known = identifiersOf(expression);
  if (known.includes(stated) || known.includes(unrecognised)) return { evidence, expression };
  const families = new Set(known.map(familyOf));
  const contrary = new Set<string>();
  const found: LicenceEvidence[] = [];
  for (const { path, text } of files) {
    const names = isReadme(path) ? [...licencesOfReadme(text)] : [];
    if (names.some((name) => families.has(familyOf(name)))) continue;
    for (const identifier of names) {
      contrary.add(identifier);
      found.push({ path, identifier, score: 0.5 });
    }
  }
  const both = combine('and', [expression, ...[...contrary].map((name) => licence(name))]);
  return { evidence: [...evidence, ...found], expression: both };
}

/** Returns the name of a licence without its version: a readme often gives none. */
function familyOf(identifier: string): string {
  const name = identifier.replace(/^LicenseRef-/, '');
  return /^(?:[AL]?GPL|BSD|MIT|Artistic|Apache)/.exec(name)?.[0] ?? name.replace(/-\d.*$/, '');
}

/**
 * Drops the texts in a folder such as LICENSES/ if the work states its licence elsewhere. REUSE
 * prescribes that the folder holds the texts of all parts; the notices in the files then say which
 * parts have another licence.
 */
function withoutListed(
  texts: readonly LicensedText[],
  said: LicenceExpression | null,
): readonly LicensedText[] {
  const main = texts.filter(({ path }) => !isListedText(path));
  return said !== null || main.some(({ path }) => isMainLicence(path)) ? main : texts;
}

/**
 * Joins the statements of metadata files. A statement that repeats earlier ones adds nothing.
 * Statements that are not understood are ignored if any statement is understood.
 */
function joinStatements(statements: readonly LicenceExpression[]): LicenceExpression | null {
  const understood = statements.filter((each) => !identifiersOf(each).includes(stated));
  let joined: LicenceExpression | null = null;
  for (const each of understood.length > 0 ? understood : statements) {
    const known = new Set(joined === null ? [] : identifiersOf(joined).flatMap(sameFamily));
    const repeats = identifiersOf(each)
      .flatMap(sameFamily)
      .every((name) => known.has(name));
    if (!repeats) joined = combine('and', joined === null ? [each] : [joined, each]);
  }
  return joined;
}

const choiceName = new RegExp(
  [
    '^(?:licen[cs]e[-_.](?:mit|apache|bsd|isc|unlicense|zlib|0bsd)|(?:mit|apache|bsd|isc|',
    'unlicense|zlib|0bsd)[-_.]licen[cs]e)',
  ].join(''),
  'i',
);

/** Combines licence texts: `LICENSE-MIT` beside `LICENSE-APACHE` is a choice, others all apply. */
function combineTexts(files: readonly LicensedText[]): LicenceExpression | null {
  const choices = files.filter(({ path }) => choiceName.test(path));
  const rest = files.filter((file) => choices.length < 2 || !choices.includes(file));
  const choice =
    choices.length < 2
      ? null
      : combine(
          'or',
          choices.map((file) => file.expression),
        );
  const parts = [choice ?? [], rest.map((file) => file.expression)].flat();
  return combine('and', withoutBase(parts));
}

/** Drops the GPL's text beside the LGPL's: version 3 of the LGPL only adds terms to the GPL. */
function withoutBase(parts: readonly LicenceExpression[]): readonly LicenceExpression[] {
  const names = parts.map(printExpression);
  if (!names.includes('LGPL-3.0-only')) return parts;
  return parts.filter((_, index) => names[index] !== 'GPL-3.0-only');
}

/** Joins metadata and texts: metadata says how texts relate; texts that it omits are added. */
function join(
  said: LicenceExpression | null,
  texts: LicenceExpression | null,
): LicenceExpression | null {
  if (said === null || texts === null) return said ?? texts;
  // If the statement is unreadable but the texts are recognised, the texts are better evidence.
  if (identifiersOf(said).includes(stated) && !identifiersOf(texts).includes(unrecognised)) {
    return texts;
  }
  const known = new Set(identifiersOf(said).flatMap(sameFamily));
  const parts = texts.kind === 'and' ? texts.parts : [texts];
  const extra = parts.filter(
    (part) => !identifiersOf(part).every((identifier) => known.has(identifier)),
  );
  return combine('and', [said, ...extra]);
}

/**
 * Returns the identifier and its `-only` form. The text is the same for `-only` and `-or-later`;
 * only metadata and headers say which one applies.
 */
function sameFamily(identifier: string): readonly string[] {
  return [identifier, identifier.replace(/-or-later$|\+$/, '-only')];
}

export interface GatedTexts {
  readonly admitted: readonly FileText[];
  /** Paths left out because of their own licence: they are evidence, but not part of the work. */
  readonly refused: readonly string[];
}

/** Returns the licence of the repository, including the notices of its files. */
export function describeLicence(texts: TextEvidence, files: GatedTexts, own: OwnLicences): Licence {
  const evidence = [...texts.evidence];
  const known = new Set(
    texts.expression === null ? [] : identifiersOf(texts.expression).flatMap(sameFamily),
  );
  const extra = new Map<string, LicenceExpression>();
  const seen = new Set<string>();
  for (const file of files.admitted) {
    const found = own.of(file);
    if (found === null || found.isFolders || seen.has(printExpression(found.expression))) continue;
    const name = printExpression(found.expression);
    seen.add(name);
    const identifiers = identifiersOf(found.expression);
    evidence.push(...identifiers.map((identifier) => ({ path: found.path, identifier, score: 1 })));
    if (!identifiers.every((identifier) => known.has(identifier)))
      extra.set(name, found.expression);
  }
  const expression = combine('and', [texts.expression ?? [], [...extra.values()]].flat());
  const named = expression === null ? 'unknown' : printExpression(expression);
  return { expression: named, evidence: [...evidence, ...evidenceOf(files.refused, own)] };
}

function evidenceOf(paths: readonly string[], own: OwnLicences): readonly LicenceEvidence[] {
  return paths.flatMap((refused) => {
    const found = own.known(refused);
    // The text of a folder's licence is already among the evidence.
    if (found === null || found.isFolders) return [];
    const { path, expression } = found;
    return identifiersOf(expression).map((identifier) => ({ path, identifier, score: 1 }));
  });
}
