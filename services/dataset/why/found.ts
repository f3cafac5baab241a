/** Repositories that answer to what was asked, the nearest kept. Memory holds a bounded number. */
import type { Match, Reading } from './asked.ts';

export interface FoundRepository {
  readonly repositoryId: string;
  readonly name: string;
  readonly reading: Reading;
  /** The one sample that was asked for; null where all are. */
  readonly sampleId: string | null;
}

export interface Matches {
  add(match: Match, found: Omit<FoundRepository, 'reading'>): void;
  /** The nearest ones, by repository. */
  best(): ReadonlyMap<string, FoundRepository>;
  /** Further ones that were not kept. */
  readonly more: number;
  readonly level: number;
}

/** More than a person reads, and little memory. */
const keptMax = 1_000;

export function createMatches(): Matches {
  let level: number = Number.POSITIVE_INFINITY;
  let kept = new Map<string, FoundRepository>();
  let beyond = new Set<string>();
  return {
    add: ({ level: near, reading }, { repositoryId, name, sampleId }) => {
      if (near > level) return;
      if (near < level) [level, kept, beyond] = [near, new Map(), new Set()];
      const known = kept.get(repositoryId);
      if (known === undefined && kept.size >= keptMax) {
        if (beyond.size < keptMax) beyond.add(repositoryId);
        return;
      }
      // Asked for by its name, or by several of its samples, all of them are meant.
      const isSame = known === undefined || known.sampleId === sampleId;
      const found = { repositoryId, name, reading, sampleId: isSame ? sampleId : null };
      kept.set(repositoryId, found);
    },
    best: () => kept,
    get more() {
      return beyond.size;
    },
    get level() {
      return level;
    },
  };
}
