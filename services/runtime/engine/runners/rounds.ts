/**
 * The rounds in which the input of a source is read: once in a bounded run; in a live data set
 * again after a while, if the source asks for it, and whenever people have added sources.
 */
import { sleepUnlessAborted } from '../../clock.ts';
import type { AnySource, SourcePast } from '../../stage.ts';
import type { Engine } from '../engine.ts';

/** One reading of the input. */
export type Round = Pick<SourcePast, 'purpose' | 'added' | 'addedOnly'>;

/** The first round, and each next one when the caller is done with the one before. */
export async function* roundsOf(
  stage: AnySource,
  { inputs, run, clock, toolsFor }: Engine,
  over: AbortSignal,
): AsyncGenerator<Round> {
  let added = inputs?.added() ?? [];
  yield { purpose: 'read', added, addedOnly: false };
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
    const more = all.slice(added.length);
    added = all;
    if (more.length > 0) yield { purpose: 'read', added: more, addedOnly: true };
    else yield { purpose: 'again', added, addedOnly: false };
  }
}
