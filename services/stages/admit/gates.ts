/**
 * The gates a file passes, in order, and the account of what they kept out. Pure: the same files
 * and knobs give the same decision, and every file ends as a candidate or as a skip with a reason.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { SkippedFile } from '../../../schemas/generated/types.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TextFile } from './archive/unpacked.ts';
import { generatedReason, isVendored } from './provenance-gates.ts';
import {
  decodeText,
  isBinaryText,
  isLfsPointer,
  type LineLimits,
  lineReason,
  measureLines,
} from './text-gates.ts';

export interface GateSettings extends LineLimits {
  readonly vendored: 'skip' | 'admit';
  readonly generated: 'skip' | 'admit';
}

/** A file that passed the gates, not yet redacted. */
export interface Candidate {
  readonly path: string;
  readonly text: string;
}

export interface Gated {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedFile[];
}

export function gateFiles(files: readonly TextFile[], settings: GateSettings): Gated {
  const candidates: Candidate[] = [];
  const skipped: SkippedFile[] = [];
  for (const file of files) {
    const decision = gateFile(file, settings);
    if (decision.text === null) skipped.push({ path: file.path, reason: decision.reason });
    else candidates.push({ path: file.path, text: decision.text });
  }
  return { candidates, skipped };
}

type Decision = { readonly text: string } | { readonly text: null; readonly reason: string };

export function gateFile(file: TextFile, settings: GateSettings): Decision {
  const skip = (reason: string): Decision => ({ text: null, reason });
  if (settings.vendored === 'skip' && isVendored(file.path)) return skip('vendored');
  const text = decodeText(file.bytes);
  if (text === null) return skip('not-utf8');
  if (isBinaryText(text)) return skip('binary');
  if (isLfsPointer(text)) return skip('lfs-pointer');
  const lines = measureLines(text);
  if (settings.generated === 'skip') {
    const evidence = { path: file.path, text, lineCharactersMean: lines.mean };
    const reason = generatedReason(evidence);
    if (reason !== null) return skip(reason);
  }
  const reason = lineReason(file.path, lines, settings);
  return reason === null ? { text } : skip(reason);
}

export interface RepositoryLimits {
  readonly repositoryFilesMax: number;
  readonly repositoryBytesMax: number;
}

/** REPOSITORY_TOO_LARGE, or NO_ADMISSIBLE_FILES with the commonest reasons. */
export function checkRepository(
  files: readonly { readonly bytes: number }[],
  skipped: readonly SkippedFile[],
  limits: RepositoryLimits,
): void {
  if (files.length === 0) {
    throw new PipelineError('NO_ADMISSIBLE_FILES', `no file is left: ${describeSkips(skipped)}`);
  }
  if (files.length > limits.repositoryFilesMax) {
    throw new PipelineError(
      'REPOSITORY_TOO_LARGE',
      `${files.length} admissible files, more than admit.repositoryFilesMax (${limits.repositoryFilesMax})`,
    );
  }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes > limits.repositoryBytesMax) {
    throw new PipelineError(
      'REPOSITORY_TOO_LARGE',
      `${bytes} admissible bytes, more than admit.repositoryBytesMax (${limits.repositoryBytesMax})`,
    );
  }
}

/** For people: `12 binary, 3 vendored`. */
export function describeSkips(skipped: readonly SkippedFile[]): string {
  if (skipped.length === 0) return 'it has none';
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([a, left], [b, right]) => right - left || compareText(a, b))
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
}

export function sortSkips(skipped: readonly SkippedFile[]): readonly SkippedFile[] {
  return skipped.toSorted((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason));
}
