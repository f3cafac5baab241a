/** A bounded data set of a cluster tells of models of no use, as an embedded run does. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type StageName, stageNames } from '../../schemas/topology.ts';
import { modelFailureOf } from '../../services/cli/useless-models.ts';
import type { RunSummary } from '../../services/registry.ts';
import type { DatasetEnds } from '../../services/runtime/cluster/cluster.ts';
import { startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { seededRandom } from './random.ts';
import { writeRepositories } from './repositories.ts';
import { runCluster } from './run-cluster.ts';
import { runGraph, writeByteTokenizer } from './run-graph.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-useless-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const calm = { duplicateShare: 0, delayShare: 0, partialShare: 0 };

async function endsOf(status: number | null) {
  const server = await startFakeOpenAi({
    fault: () => (status === null ? null : { kind: 'status', status }),
  });
  const shared = {
    // More refusals than one small repository meets end the process itself.
    sources: writeRepositories(join(folder, `sources-${status}`)).slice(0, 1),
    tokenizer: writeByteTokenizer(folder),
    sets: [
      ...['teacher.kind=openai', 'teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`],
      ...['teacher.retriesMax=0', 'runtime.retriesMax=0', 'search.enabled=false'],
    ],
  };
  const told: DatasetEnds[] = [];
  const ahead: readonly StageName[] = stageNames.filter((stage) => stage !== 'sink');
  try {
    await runCluster({
      ...{ ...shared, outputFolder: join(folder, `cluster-${status}`), busFaults: calm, faults: 0 },
      processes: [ahead, ['sink']],
      random: seededRandom(1),
      onComplete: (ends) => told.push(ends),
    });
    const summary = await runGraph({ ...shared, outputFolder: join(folder, `run-${status}`) });
    return { told, summary };
  } finally {
    await server.close();
  }
}

it.each([451, null])('an endpoint that answers %s ends both in the same way', async (status) => {
  const { told, summary } = await endsOf(status);
  expect(told).toHaveLength(1);
  const [{ repositories, facts } = { repositories: null, facts: {} }] = told;
  expect({ found: 1, ...repositories }).toEqual(summary.repositories);
  const { lacks, thoughts } = facts as RunSummary;
  expect({ lacks, thoughts }).toEqual({ lacks: summary.lacks, thoughts: summary.thoughts });
  const failure = modelFailureOf({ repositories: summary.repositories, lacks, thoughts });
  expect(failure?.code ?? null).toBe(status === null ? null : 'TEACHER_REFUSED');
});
