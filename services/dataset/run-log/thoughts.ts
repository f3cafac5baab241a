/**
 * What the log of a run tells of its thoughts beyond the shards: how many the search rewrote, and
 * how many answers the checks refused, also those that were mended.
 */
import { IdSet } from '../../runtime/id-set.ts';
import { type FromLog, forEachBody, type RunLog, withRunLog } from './run-log.ts';

export interface ThoughtFacts {
  /** Thoughts of files that the search worked on. */
  readonly searched: number;
  /** Those among them of which a rewrite was kept. */
  readonly rewritten: number;
  /** Answers that a check refused, by check. */
  readonly refused: Readonly<Record<string, number>>;
}

export async function readThoughtFacts(outputFolder: string): Promise<FromLog<ThoughtFacts>> {
  return withRunLog(outputFolder, readFacts);
}

async function readFacts(log: RunLog): Promise<ThoughtFacts> {
  const refused = new Map<string, number>();
  // The log may hold a record twice, under the same id.
  const seen = new IdSet();
  const addRefused = (counts: Readonly<Record<string, number>>) => {
    for (const [check, count] of Object.entries(counts)) {
      refused.set(check, (refused.get(check) ?? 0) + count);
    }
  };
  await forEachBody(log, 'repo-plan', ({ envelope, body }) => {
    if (seen.add(envelope.id)) addRefused(body.usage.refused);
  });
  let [searched, rewritten] = [0, 0];
  await forEachBody(log, 'file-thought', ({ envelope, body: { usage, search, steps } }) => {
    if (!seen.add(envelope.id)) return;
    // A file's usage is that of its first thought and of its search.
    addRefused(usage.refused);
    if (search === null) return;
    searched += steps.filter(({ kind }) => kind === 'think').length;
    const kept = search.candidates.filter(({ outcome }) => outcome === 'accepted');
    rewritten += new Set(kept.map(({ thought }) => thought)).size;
  });
  return { searched, rewritten, refused: Object.fromEntries([...refused].sort()) };
}
