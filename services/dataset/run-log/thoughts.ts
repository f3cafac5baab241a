/**
 * What the log of a run tells of its thoughts beyond the shards: how many the search rewrote, and
 * how many answers the checks refused, also those that were mended.
 */
import type { SearchReport, Step, Usage } from '../../../schemas/generated/types.ts';
import { IdSet } from '../../runtime/hashes/id-set.ts';
import { type FromLog, forEachBody, type RunLog, withRunLog } from './run-log.ts';

export interface ThoughtFacts {
  /** Thoughts of files that the search worked on. */
  readonly searched: number;
  /** Those among them of which a rewrite was kept. */
  readonly rewritten: number;
  /** Answers that a check refused, by check. */
  readonly refused: Readonly<Record<string, number>>;
  /** Answers by how they ended, those that were not used included. */
  readonly finish: Readonly<Record<string, number>>;
}

/** Visits each searched file on the way. */
type VisitSearched = (file: {
  readonly steps: readonly Step[];
  readonly search: SearchReport;
}) => void;

export async function readThoughtFacts(
  outputFolder: string | null,
  visit: VisitSearched = () => {},
): Promise<FromLog<ThoughtFacts>> {
  return withRunLog(outputFolder, (log) => readFacts(log, visit));
}

async function readFacts(log: RunLog, visit: VisitSearched): Promise<ThoughtFacts> {
  const refused = new Map<string, number>();
  const finish = new Map<string, number>();
  // The log may hold a record twice, under the same id.
  const seen = new IdSet();
  const addUsage = (usage: Usage) => {
    addCounts(refused, usage.refused);
    addCounts(finish, usage.finish);
  };
  await forEachBody(log, 'repo-plan', ({ envelope, body }) => {
    if (seen.add(envelope.id)) addUsage(body.usage);
  });
  let [searched, rewritten] = [0, 0];
  await forEachBody(log, 'file-thought', ({ envelope, body: { usage, search, steps } }) => {
    if (!seen.add(envelope.id)) return;
    // A file's usage is that of its first thought and of its search.
    addUsage(usage);
    if (search === null) return;
    visit({ steps, search });
    searched += steps.filter(({ kind }) => kind === 'think').length;
    const kept = search.candidates.filter(({ outcome }) => outcome === 'accepted');
    rewritten += new Set(kept.map(({ thought }) => thought)).size;
  });
  return { searched, rewritten, refused: sorted(refused), finish: sorted(finish) };
}

function addCounts(sums: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    sums.set(name, (sums.get(name) ?? 0) + count);
  }
}

function sorted(sums: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...sums].sort());
}
