/**
 * The rounds in which the input of a source is read: once in a bounded run; in a live data set
 * again after a while, if the source asks for it, and whenever people have added sources.
 */
import { sleepUnlessAborted } from '../../clock.ts';
import type { AnySource, SourcePast } from '../../stage.ts';
import type { Engine } from '../engine.ts';

/** One reading of the input. */
export type Round = Pick<SourcePast, 'purpose' | 'added' | 'addedOnly'>;

const distinct = (sources: readonly string[]) => [...new Set(sources)];

/** The first round, and each next one when the caller is done with the one before. */
export async function* roundsOf(
  stage: AnySource,
  { inputs, run, clock, toolsFor }: Engine,
  over: AbortSignal,
): AsyncGenerator<Round> {
  let added = inputs?.added() ?? [];
  yield { purpose: 'read', added: distinct(added), addedOnly: false };
  const againMs = stage.againMs?.(toolsFor(stage).config) ?? null;
  if (run.bounded || (againMs === null && inputs === undefined)) return;
  while (!over.aborted) {
    const waited = new AbortController();
    const signal = AbortSignal.any([over, waited.signal]);
    const ends: Promise<void>[] = [];
    if (againMs !== null) ends.push(sleepUnlessAborted(clock, againMs, signal));
    if (inputs !== undefined) ends.push(inputs.addedBeyond(added.length, signal));
    await Promise.race(ends);
    waited.abort();
    if (over.aborted) return;
    const all = inputs?.added() ?? [];
    const known = new Set(added);
    const more = Map.groupBy(distinct(all.slice(added.length)), (source) => known.has(source));
    added = all;
    const [fresh, again] = [more.get(false), more.get(true)];
    if (fresh !== undefined) yield { purpose: 'read', added: fresh, addedOnly: true };
    // A list that has grown is added again for what is new in it.
    if (again !== undefined) yield { purpose: 'again', added: again, addedOnly: true };
    if (more.size === 0) yield { purpose: 'again', added: distinct(added), addedOnly: false };
  }
}
