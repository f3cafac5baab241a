/**
 * Decides a repository's licence from licence texts, package metadata and SPDX headers. The
 * expression claims no more than the evidence: unrecognised texts stay in it as unrecognised, and
 * a repository without any evidence is `unknown`.
 */
import type { Licence, LicenceEvidence } from '../../../../schemas/generated/types.ts';
import type { FileText } from '../gate.ts';
import {
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  printExpression,
} from './expression.ts';
import { readHeader } from './header.ts';
import { readMetadataLicence } from './metadata.ts';
import { isLicenceText, isMainLicence, isMetadata } from './places.ts';
import { matchLicenceText, unrecognised } from './text.ts';

export interface TextEvidence {
  readonly evidence: readonly LicenceEvidence[];
  readonly expression: LicenceExpression | null;
}

/** Reads texts and metadata among the repository's own files, including files not admitted. */
export function readLicenceFiles(files: readonly FileText[]): TextEvidence {
  const evidence: LicenceEvidence[] = [];
  const perFile: { readonly path: string; readonly expression: LicenceExpression }[] = [];
  let stated: LicenceExpression | null = null;
  for (const { path, text } of files) {
    if (isLicenceText(path)) {
      const matches = matchLicenceText(text).filter(
        ({ identifier }) => identifier !== unrecognised || isMainLicence(path),
      );
      evidence.push(...matches.map(({ identifier, score }) => ({ path, identifier, score })));
      const expression = combine(
        'and',
        matches.map(({ identifier }) => licence(identifier)),
      );
      if (expression !== null) perFile.push({ path, expression });
    } else if (isMetadata(path)) {
      const expression = readMetadataLicence(path, text);
      if (expression === null) continue;
      stated = preferKnown(stated, expression);
      for (const identifier of identifiersOf(expression))
        evidence.push({ path, identifier, score: 0.9 });
    }
  }
  return { evidence, expression: join(stated, combineTexts(perFile)) };
}

/** Metadata files repeat each other, so the first one whose licence is understood is used. */
function preferKnown(
  current: LicenceExpression | null,
  next: LicenceExpression,
): LicenceExpression {
  if (current === null) return next;
  return identifiersOf(current).some((identifier) => identifier === 'LicenseRef-stated')
    ? next
    : current;
}

/** `LICENSE-MIT` beside `LICENSE-APACHE` is a choice; all other files apply together. */
function combineTexts(
  files: readonly { readonly path: string; readonly expression: LicenceExpression }[],
): LicenceExpression | null {
  const choices = files.filter(({ path }) =>
    /^licen[cs]e[-_.](?:mit|apache|bsd|isc|unlicense|zlib|0bsd)/i.test(path),
  );
  const rest = files.filter((file) => choices.length < 2 || !choices.includes(file));
  const choice =
    choices.length < 2
      ? null
      : combine(
          'or',
          choices.map((file) => file.expression),
        );
  return combine('and', [choice ?? [], rest.map((file) => file.expression)].flat());
}

/** Metadata says how the texts relate; licences of texts that it does not mention are added. */
function join(
  stated: LicenceExpression | null,
  texts: LicenceExpression | null,
): LicenceExpression | null {
  if (stated === null || texts === null) return stated ?? texts;
  // If the statement is unreadable but the texts are recognised, the texts are better evidence.
  if (
    identifiersOf(stated).includes('LicenseRef-stated') &&
    !identifiersOf(texts).includes(unrecognised)
  )
    return texts;
  const known = new Set(identifiersOf(stated).flatMap(sameFamily));
  const parts = texts.kind === 'and' ? texts.parts : [texts];
  const extra = parts.filter(
    (part) => !identifiersOf(part).every((identifier) => known.has(identifier)),
  );
  return combine('and', [stated, ...extra]);
}

/** A text is the same for `-only` and `-or-later`; only metadata and headers tell which. */
function sameFamily(identifier: string): readonly string[] {
  return [identifier, identifier.replace(/-or-later$|\+$/, '-only')];
}

/** The licence of the repository; `files` are the admitted files, whose headers count too. */
export function describeLicence(texts: TextEvidence, files: readonly FileText[]): Licence {
  const evidence = [...texts.evidence];
  const known = new Set(
    texts.expression === null ? [] : identifiersOf(texts.expression).flatMap(sameFamily),
  );
  const extra = new Map<string, LicenceExpression>();
  const seen = new Set<string>();
  for (const { path, text } of files) {
    const header = readHeader(text);
    if (header === null || seen.has(printExpression(header))) continue;
    seen.add(printExpression(header));
    const identifiers = identifiersOf(header);
    evidence.push(...identifiers.map((identifier) => ({ path, identifier, score: 1 })));
    if (!identifiers.every((identifier) => known.has(identifier)))
      extra.set(printExpression(header), header);
  }
  const expression = combine('and', [texts.expression ?? [], [...extra.values()]].flat());
  return { expression: expression === null ? 'unknown' : printExpression(expression), evidence };
}
