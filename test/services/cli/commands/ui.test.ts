/** `backstory ui` says where its page is, serves it until it is stopped, and refuses plainly. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../samples/sink-harness.ts';
import { runLine } from '../terminal.ts';

let harness: Harness;
let out: string;

beforeAll(async () => {
  harness = await createHarness();
  out = (await makeOutput(harness, 'out', { repositories: 3 })).out;
});

afterAll(() => harness.remove());

const ui = (argv: readonly string[], signal = AbortSignal.timeout(60_000)) =>
  runLine(['ui', ...argv], {
    workingFolder: harness.folder,
    environment: { XDG_CACHE_HOME: join(harness.folder, 'cache') },
    signal,
  });

test('it prints its address, and ends without a fault when it is stopped', async () => {
  const stop = new AbortController();
  const running = ui(['out', '--port', '0', '--json'], stop.signal);
  // It has printed its address by the time that it listens for the signal.
  setTimeout(() => stop.abort(), 4_000);
  const { exitCode, out: text } = await running;
  expect(exitCode).toBe(0);
  expect((JSON.parse(text) as { url: string }).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
});

test('beyond this machine the address holds a token', async () => {
  const argv = ['out', '--host', '0.0.0.0', '--port', '0'];
  const { exitCode, out: text, err } = await ui(argv, AbortSignal.timeout(4_000));
  expect(exitCode).toBe(0);
  expect(text).toMatch(/^http:\/\/0\.0\.0\.0:\d+\/\?token=[0-9a-f]{32}\n$/);
  expect(err).toContain('Ctrl-C');
});

test.each([
  ['nowhere', 'OUTPUT_MISSING'],
  ['empty', 'OUTPUT_MISSING'],
])('a folder without an output is a message: %s', async (folder, code) => {
  mkdirSync(join(harness.folder, 'empty'), { recursive: true });
  const { exitCode, err } = await ui([out, folder]);
  expect(exitCode).toBe(2);
  expect(err).toContain(`error ${code}: `);
  expect(err).not.toMatch(/ at .*\.ts/);
});

test.each(['x', '-1', '65536', ''])('a port that is none is refused: %j', async (port) => {
  const { exitCode, err } = await ui(['out', `--port=${port}`]);
  expect([exitCode, err]).toEqual([2, expect.stringContaining('error USAGE')]);
});
