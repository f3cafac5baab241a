/**
 * Sums what the search gained over the files of a document, names its scorer, and lists what the
 * trajectory is written without. Pure.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  FileThoughtBody,
  Lack,
  ModelIdentity,
  Refused,
  RepoPlanBody,
  SearchSummary,
} from '../../../schemas/generated/types.ts';
import type { Part } from '../../runtime/stage.ts';

/** The scorer. One scorer in one configuration judges a whole run (I4), so any file names it. */
export function findScorer(thoughts: readonly FileThoughtBody[]): ModelIdentity | null {
  for (const thought of thoughts) {
    if (thought.search !== null) return thought.search.scorer;
  }
  return null;
}

/** Sums the search over the files of a document; null if none of them was searched. */
export function summariseSearch(thoughts: readonly FileThoughtBody[]): SearchSummary | null {
  if (findScorer(thoughts) === null) return null;
  const outcomes = new Map<string, number>();
  let [targetBytes, bitsBefore, bitsAfter] = [0, 0, 0];
  let [thoughtBytesBefore, thoughtBytesAfter] = [0, 0];
  for (const { search, steps } of thoughts) {
    if (search === null) continue;
    targetBytes += search.targetBytes;
    bitsBefore += search.bitsBefore;
    bitsAfter += search.bitsAfter;
    thoughtBytesBefore += search.thoughtBytesBefore;
    for (const step of steps) thoughtBytesAfter += Buffer.byteLength(step.text ?? '', 'utf8');
    for (const { outcome } of search.candidates) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  return {
    targetBytes,
    bitsBefore,
    bitsAfter,
    thoughtBytesBefore,
    thoughtBytesAfter,
    outcomes: Object.fromEntries([...outcomes].sort(([a], [b]) => compareText(a, b))),
  };
}

/** What a reason says is missing, by how the file ended. */
const lackOf = { done: 'search', skipped: 'thought', plain: 'plain', failed: 'file' } as const;

/** What the trajectory is written without, in the order of the document. */
export function listLacks(plan: RepoPlanBody, thoughts: readonly FileThoughtBody[]): Lack[] {
  const ofFiles = thoughts.flatMap(({ path, status, reason }): Lack[] => {
    return reason === null ? [] : [{ what: lackOf[status], path, reason }];
  });
  return [...plan.lacks, ...ofFiles];
}

/**
 * Of which answers checks refused some: of the plan, then of files in the order of the document.
 */
export function listRefused(plan: RepoPlanBody, thoughts: readonly FileThoughtBody[]): Refused[] {
  const all: Refused[] = [
    { path: null, checks: plan.usage.refused },
    ...thoughts.map(({ path, refused }) => ({ path, checks: refused })),
  ];
  return all.filter(({ checks }) => Object.keys(checks).length > 0);
}

/** Which part of its repository a file is. */
export function partOf({ ordinal, of, status }: FileThoughtBody): Part {
  return { ordinal, of, failed: status === 'failed' };
}
