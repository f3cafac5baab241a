/** Progress from records: what is counted follows from the topology and the stages' tallies. */
import { describe, expect, it } from 'vitest';
import type { Envelope, TopicBodies } from '../../../../schemas/generated/types.ts';
import type { TopicName } from '../../../../schemas/topology.ts';
import { stages } from '../../../../services/registry.ts';
import { ProgressTracker } from '../../../../services/runtime/embedded/progress-tracker.ts';
import { countersOf, createMetrics } from '../../../../services/runtime/watch/metrics.ts';
import { nothingWatched } from '../../../samples/nothing-watched.ts';
import { envelope } from '../../../samples/sink-harness.ts';

const usage = {
  calls: 3,
  promptTokens: 0,
  completionTokens: 0,
  microDollars: 0,
  refused: {},
  finish: {},
};
/** The fields of each body that the tallies read; other fields do not matter here. */
const bodies: Partial<Record<TopicName, object>> = {
  'input-closed': { sources: 2 },
  'repo-plan': { usage },
  'file-thought': { usage },
  'shard-sealed': { tokens: 500 },
};

function openTracker() {
  const metrics = createMetrics(countersOf(stages), nothingWatched);
  const tracker = new ProgressTracker(metrics, stages);
  const see = (topic: TopicName, id: string, sequence = 0) => {
    const of: Envelope = envelope(id, id, sequence);
    tracker.observe(topic, of, (bodies[topic] ?? {}) as TopicBodies[TopicName]);
    return tracker.snapshot();
  };
  return { metrics, tracker, see };
}

describe('progress of a run', () => {
  it('names the stage with the most waiting work', () => {
    const { tracker, see } = openTracker();
    expect(tracker.snapshot().phase).toBe('discover');
    expect(see('repo-found', 'r').phase).toBe('admit');
    expect(see('repo-structure', 'r').phase).toBe('admit');
    expect(see('repo-plan', 'p').phase).toBe('admit');
    see('file-task', 'a');
    expect(see('file-task', 'b').phase).toBe('simulate');
    // One file waits before each of the two stages: the later stage is named.
    expect(see('file-trace', 'a').phase).toBe('search');
    expect(see('file-trace', 'b').phase).toBe('search');
    see('file-thought', 'a');
    expect(see('file-thought', 'b').phase).toBe('flatten');
    expect(see('trajectory', 't').phase).toBe('sink');
  });

  it('counts each record once, even when it is delivered again', () => {
    const { see } = openTracker();
    see('repo-found', 'r', 0);
    see('dropped', 'd', 1);
    see('input-closed', 'c');
    see('repo-plan', 'p');
    for (const file of ['a', 'b', 'a']) see('file-task', file);
    for (const file of ['a', 'a']) see('file-thought', file);
    see('trajectory', 't', 0);
    expect(see('shard-sealed', 's')).toMatchObject({
      repositories: { found: 2, total: 2, done: 1, dropped: 1 },
      files: { planned: 2, done: 1 },
      tallies: { answers: 6, tokens: 500 },
    });
  });

  it('does not count what a finished repository delivers again, and remembers none of it', () => {
    const { tracker, see } = openTracker();
    for (let sequence = 0; sequence < 200; sequence += 1) {
      see('repo-found', `r${sequence}`, sequence);
      for (const file of ['a', 'b']) see('file-task', `${sequence} ${file}`, sequence);
      for (const file of ['a', 'b']) see('file-thought', `${sequence} ${file}`, sequence);
      see('trajectory', `t${sequence}`, sequence);
      see('file-thought', `${sequence} a`, sequence);
    }
    expect(see('trajectory', 't7', 7)).toMatchObject({
      repositories: { found: 200, done: 200 },
      files: { planned: 400, done: 400 },
    });
    expect(tracker.live).toBe(0);
    see('repo-found', 'late', 200);
    expect(tracker.live).toBe(1);
  });

  it('shows tokens as they are packed, before a shard is sealed', () => {
    const { metrics, see } = openTracker();
    metrics.count('tokens_packed', 700);
    expect(see('repo-found', 'r').tallies).toEqual({ answers: 0, tokens: 700 });
    expect(see('shard-sealed', 's').tallies).toEqual({ answers: 0, tokens: 700 });
  });
});
