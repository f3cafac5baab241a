/** A second process for the sink of a bounded data set is reported; a passing rebalance is not. */
import { describe, expect, it } from 'vitest';
import { graph, type StageName, topics } from '../../../../schemas/topology.ts';
import { stages } from '../../../../services/registry.ts';
import {
  missingPartitions,
  warnOfSecondWriter,
} from '../../../../services/runtime/cluster/one-writer.ts';
import type { StageRunner } from '../../../../services/runtime/engine/engine.ts';

const all = graph.sink.reads.reduce((sum, topic) => sum + topics[topic].partitions, 0);

function holding(held: () => number | null): ReadonlyMap<StageName, StageRunner> {
  return new Map([['sink', { assigned: held, stop: async () => {} }]]);
}

/** Checks once per number in `held`; returns the warnings. */
async function look(held: readonly number[]): Promise<string[]> {
  const said: string[] = [];
  const over = new AbortController();
  let looks = 0;
  const sleep = async () => {
    if (looks === held.length) over.abort();
    looks += 1;
  };
  const runners = holding(() => held[looks - 1] ?? all);
  const log = { warn: (text: string) => void said.push(text) };
  await warnOfSecondWriter(stages, runners, { nowMs: () => 0, sleep }, log as never, over.signal);
  return said;
}

describe('the one writer of a bounded data set', () => {
  it('lacks nothing before it has joined, with all partitions, or when the writer is not served here', () => {
    expect(missingPartitions(stages, new Map())).toBeNull();
    expect(
      missingPartitions(
        stages,
        holding(() => all),
      ),
    ).toBeNull();
    const others = stages.filter((stage) => stage.name !== 'sink');
    expect(
      missingPartitions(
        others,
        holding(() => 1),
      ),
    ).toBeNull();
    expect(
      missingPartitions(
        stages,
        holding(() => all - 12),
      ),
    ).toContain('another process');
  });

  it('warns once when partitions stay missing, and not during a rebalance', async () => {
    expect(await look([all, 13, all, 13, all])).toEqual([]);
    const [warning, ...more] = await look([all, 13, 13, 13]);
    expect(warning).toContain(`13 of ${all} partitions`);
    expect(more).toEqual([]);
  });
});
