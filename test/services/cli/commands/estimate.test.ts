/** What a run would cost, against what it costs with a server that answers as models do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeRepositories } from '../../../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../../../simulation/run-graph.ts';
import { answerAsAsked } from '../../teacher/answers-as-asked.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../teacher/fake-openai-server.ts';
import { runLine } from '../terminal.ts';

/** Real sources, some of them long enough for parts. */
const installed = fileURLToPath(new URL('../../../../node_modules/tar-stream', import.meta.url));
const parts = 'simulate.partBytesMax=6000';

let folder: string;
let sources: string[];
let server: FakeOpenAi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-estimate-test-'));
  sources = [...writeRepositories(join(folder, 'sources')), installed];
  server = await startFakeOpenAi({
    respond: answerAsAsked,
    countTokens: (text) => Buffer.byteLength(text),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('an estimate is within a tenth of the run, and makes no call', async () => {
  const knobs = [
    ...['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`, parts],
    ...['teacher.dollarsPerMillionPromptTokens=2', 'teacher.dollarsPerMillionCompletionTokens=8'],
    ...[`sink.tokenizer=${writeByteTokenizer(folder)}`, ...smallOutput],
  ].flatMap((knob) => ['--set', knob]);
  const more = ['--teacher', 'openai', '--json', ...knobs];
  const line = (...argv: string[]) => runLine([...argv, ...more], { workingFolder: folder });
  const estimated = await line('estimate', ...sources);
  expect(estimated.exitCode, estimated.err).toBe(0);
  expect(server.requests).toEqual([]);
  const estimate = JSON.parse(estimated.out);
  const run = await line('run', ...sources, '--out', 'out');
  expect(run.exitCode, run.err).toBe(0);
  const { usage } = JSON.parse(run.out);
  expect(estimate.repositories).toEqual({ found: 4, written: 4 });
  for (const field of ['calls', 'promptTokens', 'completionTokens', 'microDollars']) {
    const ratio = estimate.usage[field] / usage[field];
    expect(ratio, field).toBeGreaterThan(0.9);
    expect(ratio, field).toBeLessThan(1.1);
  }
  expect(estimate.batchDollars).toBeCloseTo(estimate.usage.microDollars / 2e6, 6);
});

test('a teacher that costs nothing says so', async () => {
  const said = await runLine(['estimate', ...sources], { workingFolder: folder });
  expect(said.exitCode).toBe(2);
  expect(said.err).toContain('makes no calls and costs nothing');
});
