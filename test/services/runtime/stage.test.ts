/** A stage works with what it declares: types refuse the rest, and the runtime gives no more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { type StageName, stageNames } from '../../../schemas/topology.ts';
import type { Teacher } from '../../../services/ports/teacher.ts';
import { stages } from '../../../services/registry.ts';
import { stageTools } from '../../../services/runtime/engine/stage-tools.ts';
import { createCodec } from '../../../services/runtime/records/codec.ts';
import { defineStage, type StageRecord } from '../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../services/runtime/store/blobs.ts';
import { openLocalObjects } from '../../../services/runtime/store/objects/local.ts';
import { openGrounded } from '../../../services/teacher/grounded/grounded.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstory-tools-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function given(name: StageName, teacher: Teacher | null = openGrounded()) {
  const blobs = await openLocalBlobStore(folder);
  const common = {
    config: {},
    run: { dataset: 'd', seed: 0, outputFolder: folder, bounded: true, runId: 'r' },
    log: pino({ level: 'silent' }),
    blobs,
    bodies: createCodec(blobs).bodies,
    signal: new AbortController().signal,
    crashPoint: () => {},
    count: () => {},
  };
  const stage = stages.find((each) => each.name === name);
  if (stage === undefined) throw new Error(name);
  const neighbours = { teacher, scorer: null, codeHost: null, objects: openLocalObjects(folder) };
  const tools = stageTools(stage, common, neighbours);
  return Object.keys(tools).filter((tool) => !Object.hasOwn(common, tool));
}

it('gives a stage exactly the neighbours that the topology names', async () => {
  const gifts = await Promise.all(stageNames.map(async (name) => [name, await given(name)]));
  expect(Object.fromEntries(gifts.filter(([, tools]) => tools?.length !== 0))).toEqual({
    discover: ['codeHost'],
    plan: ['teacher'],
    simulate: ['teacher'],
    search: ['teacher', 'scorer'],
    sink: ['objects'],
  });
});

it('refuses a missing teacher for a stage that talks to one, and only for such a stage', async () => {
  await expect(given('plan', null)).rejects.toThrow('plan talks to a teacher');
  await expect(given('flatten', null)).resolves.toEqual([]);
});

it('types restrict a stage to its topic, its counters and its neighbours', () => {
  const stage = defineStage('simulate', {
    config: z.object({ most: z.number().default(1) }),
    report: { counters: { plans_made: { help: 'Plans.', unit: 'plans' } } },
    concurrency: ({ most }) => most,
    end: {
      failed: ({ body }) => {
        throw new Error(body.path);
      },
    },
    handle: async (_record, tools) => {
      tools.count('plans_made', tools.config.most);
      await tools.teacher.check();
      // @ts-expect-error The stage declares no such counter.
      tools.count('files_admitted');
      // @ts-expect-error The topology does not say that simulate talks to a scorer.
      await tools.scorer?.check();
      return [];
    },
  });
  expect(stage.name).toBe('simulate');
  expect(stage.reads).toBe('file-task');
  const { end, concurrency } = stage;
  const handle = async (_record: StageRecord<'repo-found'>) => [];
  // @ts-expect-error Another stage reads that topic.
  defineStage('simulate', { config: z.object({}), concurrency, end, handle });
});
