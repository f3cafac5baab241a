/**
 * What the licence texts and the metadata of one folder say together, be it the whole work or a
 * folder below it. Pure.
 */
import type { LicenceEvidence } from '../../../../schemas/generated/types.ts';
import type { FileText } from '../file-text.ts';
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  printExpression,
} from './expression.ts';
import { readStatement } from './header.ts';
import { isListedText, isPlainName } from './places.ts';
import { stated } from './statement.ts';
import { matchLicenceText, type TextMatch, unrecognised } from './text.ts';

export interface LicensedText {
  readonly path: string;
  readonly expression: LicenceExpression;
}

interface ReadText {
  /** Null where the text says nothing of a licence. */
  readonly expression: LicenceExpression | null;
  readonly evidence: readonly LicenceEvidence[];
}

/** Reads a licence text; `isWhole` where it counts even if no licence is recognised in it. */
export function readText({ path, text }: FileText, isWhole: boolean): ReadText {
  if (holders.test(text)) return { expression: null, evidence: [] };
  const matches = matchLicenceText(text).filter(
    ({ identifier }) => identifier !== unrecognised || isWhole,
  );
  const stating = isWhole && !matches.some(isRecognised) ? readStatement(text) : null;
  if (stating !== null) {
    const evidence = identifiersOf(stating).map((identifier) => ({ path, identifier, score: 0.8 }));
    return { expression: stating, evidence };
  }
  const found = matches.map(({ identifier }) => licence(identifier));
  const evidence = matches.map(({ identifier, score }) => ({ path, identifier, score }));
  return { expression: combine('and', found), evidence };
}

/** Beside a licence that R knows, LICENSE has only these lines, and no text. */
const holders = /^(?:\s*(?:YEAR|COPYRIGHT HOLDERS?|ORGANI[SZ]ATION):[^\r\n]*(?:\r?\n|$)){1,6}\s*$/i;

function isRecognised({ identifier }: TextMatch): boolean {
  return identifier !== unrecognised;
}

/** Returns what texts and statements of one folder say together; null if they say nothing. */
export function joinFolder(
  texts: readonly LicensedText[],
  statements: readonly LicenceExpression[],
): LicenceExpression | null {
  const said = joinStatements(statements);
  return join(said, combineTexts(withoutListed(texts, said)));
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
  return said !== null || main.some(({ path }) => isPlainName(path)) ? main : texts;
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
  const choices = files.filter(({ path }) =>
    choiceName.test(path.slice(path.lastIndexOf('/') + 1)),
  );
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
export function sameFamily(identifier: string): readonly string[] {
  return [identifier, identifier.replace(/-or-later$|\+$/, '-only')];
}
