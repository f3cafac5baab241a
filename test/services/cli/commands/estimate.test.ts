/** What a run would cost, against what it costs with a server that answers as models do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeFiles } from '../../../samples/write-files.ts';
import { writeRepositories } from '../../../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../../../simulation/run-graph.ts';
import { answerAsAsked, reasonAsAsked } from '../../teacher/answers-as-asked.ts';
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

/** `foretold` goes to the estimate alone. */
async function estimateAndRun(
  sources: readonly string[],
  out: string,
  { more = [], foretold = [] }: { more?: readonly string[]; foretold?: readonly string[] } = {},
) {
  const knobs = [
    ...['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`, parts],
    ...['teacher.dollarsPerMillionPromptTokens=2', 'teacher.dollarsPerMillionCompletionTokens=8'],
    ...[`sink.tokenizer=${writeByteTokenizer(folder)}`, ...smallOutput],
  ].flatMap((knob) => ['--set', knob]);
  const flags = ['--teacher', 'openai', '--json', ...knobs, ...more];
  const line = (...argv: string[]) => runLine([...argv, ...flags], { workingFolder: folder });
  const before = server.requests.length;
  const estimated = await line('estimate', ...sources, ...foretold);
  expect(estimated.exitCode, estimated.err).toBe(0);
  expect(server.requests).toHaveLength(before);
  const run = await line('run', ...sources, '--out', out);
  expect(run.exitCode, run.err).toBe(0);
  return { estimate: JSON.parse(estimated.out), usage: JSON.parse(run.out).usage };
}

type Compared = Awaited<ReturnType<typeof estimateAndRun>>;

function expectWithinTenth({ estimate, usage }: Compared): void {
  for (const field of ['calls', 'promptTokens', 'completionTokens', 'microDollars']) {
    const ratio = estimate.usage[field] / usage[field];
    expect(ratio, field).toBeGreaterThan(0.9);
    expect(ratio, field).toBeLessThan(1.1);
  }
}

test('an estimate is within a tenth of the run, and makes no call', async () => {
  const compared = await estimateAndRun(sources, 'out');
  const { estimate } = compared;
  expect(estimate.repositories).toEqual({ found: 4, written: 4 });
  expectWithinTenth(compared);
  expect(estimate.batchDollars).toBeCloseTo(estimate.usage.microDollars / 2e6, 6);
});

test('so it is where a project has so many files that it is planned from the top down', async () => {
  // Each prompt of a project repeats its plan, whose length the model chooses once.
  const large = ['steps', 'stages', 'turns'].map((name) => {
    writeFiles(join(folder, name), manyFiles(name, 42));
    return join(folder, name);
  });
  const compared = await estimateAndRun(large, 'out-large', { more: ['--search', 'off'] });
  const asked = server.requests.map(({ body }) => body.messages?.[0]?.content ?? '');
  expect(asked.some((system) => system.includes('"modules"'))).toBe(true);
  // A call for each thought, and some for the plan.
  expect(compared.usage.calls).toBeGreaterThan(3 * 42);
  expectWithinTenth(compared);
});

/** Python modules in four folders; each uses the one before it. */
function manyFiles(name: string, count: number): Record<string, string> {
  const files: Record<string, string> = { LICENSE: 'SPDX-License-Identifier: MIT\n' };
  const pathOf = (number: number) => `${name}_${number % 4}/step_${number}`;
  for (let number = 0; number < count; number += 1) {
    const before = pathOf(number - 1).replace('/', '.');
    const used = number === 0 ? '' : `from ${before} import step_${number - 1}\n\n\n`;
    const inner = number === 0 ? 'value' : `step_${number - 1}(value)`;
    const lines = Array.from({ length: 4 + (number % 7) }, (_, line) => {
      return `    total += ${line} * limit  # counts what step ${line} leaves over`;
    });
    files[`${pathOf(number)}.py`] = [
      `${used}def step_${number}(value, limit=${number}):`,
      '    """Takes the value one step further, within its limit."""',
      `    total = ${inner}`,
      ...lines,
      '    return total\n',
    ].join('\n');
  }
  return files;
}

test('the tokens of a model that reasons before each answer are told, and counted', async () => {
  const silent = server;
  server = await startFakeOpenAi({
    respond: (messages) => reasonAsAsked(messages, 100) + answerAsAsked(messages),
    countTokens: (text) => Buffer.byteLength(text),
  });
  try {
    // Of its words, with the spaces, in the tokens of this test.
    const foretold = ['--reasoning-tokens', '400'];
    expectWithinTenth(await estimateAndRun(sources, 'out-reasoning', { foretold }));
  } finally {
    await server.close();
    server = silent;
  }
});

test.each(['-1', 'many', '1.5', '00'])('%s tokens are no number of tokens', async (tokens) => {
  const line = ['estimate', ...sources, '--reasoning-tokens', tokens];
  const said = await runLine(line, { workingFolder: folder });
  expect(said.exitCode).toBe(2);
  expect(said.err).toContain('must be a whole number');
});

test.each(['0', '-1', 'many', '1e3', '0.0'])('%s tokens per second are no speed', async (speed) => {
  const line = ['estimate', ...sources, '--tokens-per-second', speed];
  const said = await runLine(line, { workingFolder: folder });
  expect(said.exitCode).toBe(2);
  expect(said.err).toContain('must be a number above 0');
});

test('a speed may have a fraction, and a model may reason not at all', async () => {
  const knobs = ['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`];
  const line = [
    ...['estimate', sources[0] ?? '', '--teacher', 'openai'],
    ...knobs.flatMap((knob) => ['--set', knob]),
    '--json',
  ];
  const secondsAt = async (speed: string) => {
    const more = ['--tokens-per-second', speed, '--reasoning-tokens', '0'];
    const said = await runLine([...line, ...more], { workingFolder: folder });
    expect(said.exitCode, said.err).toBe(0);
    return JSON.parse(said.out).seconds as number;
  };
  expect(await secondsAt('0.5')).toBeGreaterThan(await secondsAt('7.5'));
});

test('a teacher that costs nothing says so', async () => {
  const said = await runLine(['estimate', ...sources], { workingFolder: folder });
  expect(said.exitCode).toBe(2);
  expect(said.err).toContain('makes no calls and costs nothing');
});
