/**
 * Decides a repository's licence from licence texts, package metadata and the notices of its files.
 * The expression claims no more than the evidence: unrecognised texts stay in it as unrecognised,
 * and files of which nobody says anything are `unknown`.
 */
import type { Licence, LicenceEvidence } from '../../../../schemas/generated/types.ts';
import type { FileText } from '../file-text.ts';
import {
  combine,
  familyOf,
  identifiersOf,
  type LicenceExpression,
  licence,
  printExpression,
} from './expression.ts';
import { joinFolder, type LicensedText, readText, sameFamily } from './folder-licence.ts';
import { mayNameText, namedTexts, readMetadataLicence } from './metadata/metadata.ts';
import type { OwnLicence, OwnLicences } from './own.ts';
import {
  coveredFolder,
  isBesideTheWork,
  isLicenceText,
  isMetadata,
  isPlainName,
  packageFolders,
} from './places.ts';
import { isReadme, readReadme } from './readme.ts';
import { licencesOfReadme } from './readme-claims.ts';
import { stated, unknown } from './statement.ts';
import { unrecognised } from './text.ts';

export interface TextEvidence {
  readonly evidence: readonly LicenceEvidence[];
  /** What is said of the whole work; null where nothing is. */
  readonly expression: LicenceExpression | null;
}

/**
 * Reads licence texts and metadata among the repository's own files, including files not admitted.
 * Those below the root are evidence, and speak of their folders alone (own.ts).
 */
export function readLicenceFiles(files: readonly FileText[]): TextEvidence {
  const evidence: LicenceEvidence[] = [];
  const texts: LicensedText[] = [];
  const statements: LicenceExpression[] = [];
  const named = new Set(
    files.flatMap(({ path, text }) => namedTexts(path, text)).filter((path) => !mayNameText(path)),
  );
  const packages = packageFolders(files.map(({ path }) => path));
  for (const { path, text } of files) {
    const isNamed = named.has(path);
    if (isNamed || isLicenceText(path)) {
      // A readme holds more than a licence's text, even where metadata names it as such.
      const read = readText({ path, text }, isPlainName(path) || (isNamed && !isReadme(path)));
      evidence.push(...read.evidence);
      const isOfWork = isNamed || coveredFolder(path, packages) === '';
      if (isOfWork && read.expression !== null) texts.push({ path, expression: read.expression });
    } else if (isMetadata(path)) {
      const expression = readMetadataLicence(path, text);
      if (expression === null) continue;
      statements.push(expression);
      for (const identifier of identifiersOf(expression))
        evidence.push({ path, identifier, score: 0.9 });
    }
  }
  const expression = joinFolder(texts, statements);
  if (expression === null) return fromReadme(files, evidence);
  return withContradiction(files, { evidence, expression });
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

export interface GatedTexts {
  readonly admitted: readonly FileText[];
  /** Paths left out because of their own licence: they are evidence, but not part of the work. */
  readonly refused: readonly string[];
}

/** Returns the licence of the repository, including those of its files and folders. */
export function describeLicence(texts: TextEvidence, files: GatedTexts, own: OwnLicences): Licence {
  const told = openTold(texts.evidence);
  const extra = new Map<string, LicenceExpression>();
  for (const file of files.admitted) {
    const found = own.of(file);
    // What lies beside the work, as test data, is no part of it.
    if (found === null || (found.from === 'folder' && isBesideTheWork(found.path))) continue;
    const name = printExpression(found.expression);
    if (extra.has(name)) continue;
    told.tell(found);
    extra.set(name, found.expression);
  }
  const base = texts.expression;
  const further = [...extra.values()].filter((each) => base === null || !covers(base, each));
  // Whoever reads the expression sees first what is known.
  const parts = [base ?? [], further].flat().sort((a, b) => Number(isNone(a)) - Number(isNone(b)));
  const expression = combine('and', parts);
  for (const path of files.refused) {
    const found = own.known(path);
    if (found !== null) told.tell(found);
  }
  return {
    expression: expression === null ? unknown : printExpression(expression),
    evidence: told.evidence,
  };
}

/** Adds what files and folders state to the evidence; of a folder its text is there already. */
function openTold(known: readonly LicenceEvidence[]) {
  const evidence = [...known];
  const places = new Set(known.map(({ path }) => path));
  return {
    evidence,
    tell: ({ path, expression, from }: OwnLicence) => {
      if (from === 'nobody' || (from === 'folder' && places.has(path))) return;
      if (from === 'folder') places.add(path);
      const score = from === 'folder' ? 0.9 : 1;
      evidence.push(
        ...identifiersOf(expression).map((identifier) => ({ path, identifier, score })),
      );
    },
  };
}

function isNone(expression: LicenceExpression): boolean {
  return expression.kind === 'licence' && expression.identifier === unknown;
}

/** Whether what the work states says of a part no less than the part itself does. */
function covers(base: LicenceExpression, part: LicenceExpression): boolean {
  // Of a choice, a part under one of its licences alone leaves none.
  const said = part.kind === 'or' ? identifiersOf(base) : requiredIn(base);
  const known = new Set(said.flatMap(sameFamily));
  return identifiersOf(part).every((identifier) => known.has(identifier));
}

function requiredIn(expression: LicenceExpression): readonly string[] {
  if (expression.kind === 'licence') return [expression.identifier];
  return expression.kind === 'or' ? [] : expression.parts.flatMap(requiredIn);
}
