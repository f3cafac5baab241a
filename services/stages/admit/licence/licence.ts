/**
 * What a repository may be used under, from licence texts, package metadata and SPDX headers. The
 * expression claims no more than the evidence: what is not recognised stays in it as such, and no
 * evidence at all is `unknown`.
 */
import type { Licence, LicenceEvidence } from '../../../../schemas/generated/types.ts';
import type { Candidate } from '../gates.ts';
import { isVendored } from '../provenance-gates.ts';
import { isShortLined } from '../text-gates.ts';
import {
  allows,
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  parseExpression,
  printExpression,
} from './expression.ts';
import { readMetadataLicence } from './metadata.ts';
import { permissiveLicences } from './signatures.ts';
import { matchLicenceText, unrecognised } from './text.ts';

const licenceName = /^(?:un)?(?:licen[cs]es?|copying|ofl)(?:[._-].*)?$/i;
const attributionName =
  /^(?:notice|copyright|third[-_]?party[-_]?(?:notices?|licenses?))(?:[._-].*)?$/i;
const licenceFolder = /^LICENSES\/[^/]+$/;

/** Folders whose licence files are test data, or belong to examples rather than to the work. */
const besideTheWork = /(?:^|\/)(?:tests?|__tests__|testdata|fixtures?|spec|examples?|docs?)\//i;

export function isLicenceFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (isShortLined(name) || /\.(?:json|xml)$/i.test(name)) return false;
  return licenceName.test(name) || licenceFolder.test(path);
}

/** Files whose names and addresses are owed to their authors and stay as they are. */
export function isAttributionFile(path: string): boolean {
  return isLicenceFile(path) || attributionName.test(path.slice(path.lastIndexOf('/') + 1));
}

export interface TextEvidence {
  readonly evidence: readonly LicenceEvidence[];
  readonly expression: LicenceExpression | null;
}

/** Texts and metadata; asked of every text file, also of those that are not admitted. */
export function readLicenceFiles(files: readonly Candidate[]): TextEvidence {
  const evidence: LicenceEvidence[] = [];
  const perFile: { readonly path: string; readonly expression: LicenceExpression }[] = [];
  let stated: LicenceExpression | null = null;
  for (const { path, text } of files) {
    if (isVendored(path)) continue;
    if (isLicenceFile(path) && !besideTheWork.test(path)) {
      const matches = matchLicenceText(text).filter(
        ({ identifier }) => identifier !== unrecognised || isMain(path),
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

/** The licence of the whole, as opposed to one kept for a part: at the root, and plainly named. */
function isMain(path: string): boolean {
  return /^(?:licen[cs]e|copying)(?:\.(?:md|txt|rst|adoc))?$/i.test(path);
}

function isMetadata(path: string): boolean {
  return !path.includes('/') || /^[^/]+\.(?:dist|egg)-info\/(?:METADATA|PKG-INFO)$/.test(path);
}

/** Of several metadata files the first that is understood speaks: they repeat each other. */
function preferKnown(
  current: LicenceExpression | null,
  next: LicenceExpression,
): LicenceExpression {
  if (current === null) return next;
  return identifiersOf(current).some((identifier) => identifier === 'LicenseRef-stated')
    ? next
    : current;
}

/** `LICENSE-MIT` beside `LICENSE-APACHE` is a choice; other files hold together. */
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

/** Metadata says how the texts relate; texts that it does not mention are added to it. */
function join(
  stated: LicenceExpression | null,
  texts: LicenceExpression | null,
): LicenceExpression | null {
  if (stated === null || texts === null) return stated ?? texts;
  // A package that states something we cannot read has a text that says it better.
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

/** A text cannot tell `-only` from `-or-later`: metadata and headers do. */
function sameFamily(identifier: string): readonly string[] {
  return [identifier, identifier.replace(/-or-later$|\+$/, '-only')];
}

/** Characters of a file that may hold its SPDX header. */
const headerCharacters = 2_048;

/** The expression of a file's SPDX header or Apache notice, `null` without either. */
export function readHeader(text: string): LicenceExpression | null {
  const head = text.slice(0, headerCharacters);
  if (!head.includes('SPDX-License-Identifier')) return readApacheNotice(head);
  // Only a comment counts: code that handles such headers holds them in strings.
  const match =
    /^\s*(?:[#/*;%!.]|--|<!--|\(\*|REM|"""|dnl)[^\n"'`]{0,20}?SPDX-License-Identifier:[ \t]*([\w.+ ()-]{2,200})/m.exec(
      head,
    );
  return match?.[1] === undefined ? null : parseExpression(match[1].replace(/[\s-]+$/, ''));
}

/**
 * The notice that the Apache licence asks for at the head of every file: source archives often
 * hold nothing else. Its words run over several comment lines.
 */
function readApacheNotice(head: string): LicenceExpression | null {
  if (!head.includes('Apache License')) return null;
  const comment = head
    .split('\n')
    .filter((line) => /^\s*(?:[#/*;%]|--|<!--|REM\b)/.test(line))
    .map((line) => line.replace(/^\s*(?:[#/*;%!-]+|<!--|REM\b)\s*/, ''))
    .join(' ');
  return /under the Apache License,? Version 2\.0/i.test(comment) ? licence('Apache-2.0') : null;
}

/** The whole licence, once it is known which files are admitted. */
export function describeLicence(texts: TextEvidence, files: readonly Candidate[]): Licence {
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

export type LicencePolicy = 'record' | 'permissive' | readonly string[];

/** What the policy allows; null allows everything. */
export function allowedLicences(policy: LicencePolicy): ReadonlySet<string> | null {
  if (policy === 'record') return null;
  return new Set(policy === 'permissive' ? permissiveLicences : policy);
}

/** An `unknown` licence is allowed only where everything is, or where the list names it. */
export function isAllowed(expression: string, allowed: ReadonlySet<string> | null): boolean {
  if (allowed === null) return true;
  const parsed = parseExpression(expression);
  return parsed !== null && allows(parsed, allowed);
}
