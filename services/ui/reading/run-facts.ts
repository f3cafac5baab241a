/**
 * What the log of the run adds to the shards: the funnel with its drops, and the journey of one
 * repository. It is read when someone asks, and kept while the output does not change.
 */
import { compareText } from '../../../schemas/compare-text.ts';
import type { RunFunnel } from '../../dataset/run-log/funnel.ts';
import type { RepositoryJourney } from '../../dataset/run-log/journey.ts';
import type { FromLog } from '../../dataset/run-log/run-log.ts';
import type {
  DropCount,
  DropPage,
  DropRow,
  FileSearch,
  FunnelView,
  LogView,
  Rewrite,
} from '../api.ts';
import { type DropFilter, pageOfDrops } from './drops.ts';
import type { LogThread } from './log-threads.ts';
import type { ServedOutput } from './served-output.ts';

export interface RunFacts {
  funnel(): Promise<FunnelView>;
  drops(filter: DropFilter, from: number, count: number): Promise<DropPage>;
  journey(repositoryId: string): Promise<LogView>;
  rewrite(repositoryId: string, path: string): Promise<Rewrite>;
}

const journeysKeptMax = 16;
/** A log that could not be read is tried again after this time: its run may be over by then. */
const tryAgainMs = 5_000;

export function createRunFacts(output: ServedOutput, log: LogThread, now: () => number): RunFacts {
  const funnels = createKept<RunFunnel>(1, now);
  const journeys = createKept<RepositoryJourney>(journeysKeptMax, now);
  const { runFolder } = output;
  const left = { found: null, why: 'the repository was opted out' } as const;
  const stateKey = () => output.state().head;
  const readAll = () => funnels.get(stateKey(), () => log.funnel(runFolder));
  const readOne = (repositoryId: string): Promise<FromLog<RepositoryJourney>> => {
    if (output.current().optOuts.repositories.has(repositoryId)) return Promise.resolve(left);
    const key = `${stateKey()} ${repositoryId}`;
    return journeys.get(key, () => log.journey(runFolder, repositoryId));
  };
  return {
    funnel: async () => {
      const { found, why } = await readAll();
      return found === null ? { found, why } : { found: viewFunnel(found), why };
    },
    drops: async (filter, from, count) => {
      const { found } = await readAll();
      return pageOfDrops(found?.dropped ?? [], filter, from, count);
    },
    journey: async (repositoryId) => {
      const { found, why } = await readOne(repositoryId);
      if (found === null) return { edges: [], searches: [], why };
      return { edges: found.edges, searches: searchesOf(found), why: null };
    },
    rewrite: async (repositoryId, path) => {
      const file = (await readOne(repositoryId)).found?.files.get(path);
      return { before: file?.before ?? [], after: file?.after ?? [] };
    },
  };
}

/** Keeps the last answers by key; those without a log only for a while. */
function createKept<Facts>(keptMax: number, now: () => number) {
  const kept = new Map<string, { answer: Promise<FromLog<Facts>>; oldAtMs: number }>();
  return {
    get: (key: string, read: () => Promise<FromLog<Facts>>): Promise<FromLog<Facts>> => {
      const known = kept.get(key);
      if (known !== undefined && now() < known.oldAtMs) return known.answer;
      const entry = { answer: read(), oldAtMs: Number.POSITIVE_INFINITY };
      kept.delete(key);
      kept.set(key, entry);
      if (kept.size > keptMax) kept.delete([...kept.keys()][0] ?? '');
      entry.answer.then(
        ({ found }) => {
          if (found === null) entry.oldAtMs = now() + tryAgainMs;
        },
        () => kept.delete(key),
      );
      return entry.answer;
    },
  };
}

function viewFunnel(funnel: RunFunnel): FunnelView['found'] {
  const { found, admitted, written, dropped, redactions, redactedFiles } = funnel;
  const { marked, markedFiles } = funnel;
  const { calls, promptTokens, completionTokens, microDollars } = funnel.usage;
  const skipped = Object.entries(funnel.skippedFiles).map(([reason, count]) => ({ reason, count }));
  return {
    found,
    admitted,
    written,
    drops: countDrops(dropped),
    unlistedDrops: funnel.unlisted,
    skippedFiles: skipped.sort((a, b) => b.count - a.count || compareText(a.reason, b.reason)),
    redactions,
    redactedFiles,
    marked,
    markedFiles,
    cost: { calls, promptTokens, completionTokens, microDollars },
  };
}

function countDrops(dropped: readonly DropRow[]): DropCount[] {
  const counts = new Map<string, DropCount>();
  for (const { stage, reason, disposition } of dropped) {
    const key = JSON.stringify([stage, reason, disposition]);
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { stage, reason, disposition, count });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || compareText(a.reason, b.reason));
}

function searchesOf({ files }: RepositoryJourney): FileSearch[] {
  return [...files.values()].flatMap(({ path, search }) => {
    if (search === null) return [];
    const { targetBytes, bitsBefore, bitsAfter } = search;
    const candidates = search.candidates.map(({ thought, round, outcome, bits, textBytes }) => ({
      thought,
      round,
      outcome,
      bits,
      textBytes,
    }));
    const rewritten = candidates.some(({ outcome }) => outcome === 'accepted');
    return [{ path, targetBytes, bitsBefore, bitsAfter, rewritten, candidates }];
  });
}
