/** The command line: exit codes, coded errors, JSON for programs, colours only for people. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runLine } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-cli-'));
const escapeCharacter = '\u001b';

describe('usage', () => {
  test.each([['--help'], ['run', '--help'], ['inspect', '--help'], ['topics', 'graph', '--help']])(
    '%s %s shows help and exits with 0',
    async (...argv) => {
      const { exitCode, out, err } = await runLine(argv.filter(Boolean), { workingFolder: folder });
      expect(exitCode).toBe(0);
      expect(out).toContain('Usage: backstory');
      expect(err).toBe('');
    },
  );

  test('the help documents every exit code and has examples', async () => {
    const { out } = await runLine(['--help'], { workingFolder: folder });
    for (const code of ['0 ', '1 ', '2 ', '70 ', '130 ']) expect(out).toContain(`\n  ${code}`);
    expect(out).toContain('backstory run .');
    expect(out).toContain('not a language model');
  });

  test.each([
    [['frobnicate'], 'USAGE'],
    [['run'], 'USAGE'],
    [['run', '.', '--teacher', 'oracle'], 'USAGE'],
    [['run', '.', '--colour'], 'USAGE'],
    [['run', '.', '--limit', 'many'], 'CONFIG_INVALID'],
    [['run', '.', '--set', 'serach.iterations=1'], 'CONFIG_INVALID'],
    [['run', 'no-such-folder'], 'SOURCE_MISSING'],
    [['run', '@no-such-list'], 'SOURCE_MISSING'],
    [['run', '.', '--resume'], 'OUTPUT_MISSING'],
    [['run', '.', '--out', '/proc/backstory-out'], 'OUTPUT_UNWRITABLE'],
    [['run', '.', '--out', '/dev/null'], 'OUTPUT_UNWRITABLE'],
    [['run', '.', '--teacher', 'openai'], 'CONFIG_INVALID'],
    [['verify', 'no-such-folder'], 'OUTPUT_MISSING'],
    [['inspect', 'no-such-folder'], 'OUTPUT_MISSING'],
    [['inspect', '/dev/null'], 'OUTPUT_MISSING'],
    [['ui', '/dev/null'], 'OUTPUT_MISSING'],
    [['structure', 'no-such-folder'], 'SOURCE_MISSING'],
    [['config', '--config', 'no-such.yaml'], 'CONFIG_INVALID'],
  ])('%j fails with %s and exit code 2, as JSON on request', async (argv, code) => {
    const plain = await runLine(argv, { workingFolder: folder });
    expect(plain.exitCode).toBe(2);
    expect(plain.err).toContain(`error ${code}: `);
    expect(plain.out).toBe('');
    if (argv[0] === 'frobnicate') return;
    const json = await runLine([...argv, '--json'], { workingFolder: folder });
    expect(json.exitCode).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code } });
  });
});

describe('config', () => {
  test('shows every value and its source', async () => {
    const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-cli-'));
    writeFileSync(join(workingFolder, 'backstory.yaml'), 'search:\n  iterations: 5\n');
    const environment = { BACKSTORY_RUNTIME_SEED: '7', BACKSTORY_TEACHER_API_KEY: 'sk-secret' };
    const argv = ['config', '--json', '--set', 'sink.contextLength=4096'];
    const { out } = await runLine(argv, { workingFolder, environment });
    const { values, origins } = JSON.parse(out) as {
      values: Record<string, Record<string, unknown>>;
      origins: Record<string, string>;
    };
    expect(values.search?.iterations).toBe(5);
    expect(origins['search.iterations']).toBe('backstory.yaml');
    expect(values.runtime?.seed).toBe(7);
    expect(origins['runtime.seed']).toBe('environment');
    expect(values.sink?.contextLength).toBe(4096);
    expect(origins['sink.contextLength']).toBe('flag');
    expect(origins['admit.licences']).toBe('default');
    expect(out).not.toContain('sk-secret');
  });

  test('--describe explains each knob and shows its environment variable', async () => {
    const { out } = await runLine(['config', '--describe'], { workingFolder: folder });
    expect(out).toContain('BACKSTORY_SEARCH_ITERATIONS');
  });
});

test('topics graph prints the diagram', async () => {
  const { out } = await runLine(['topics', 'graph'], { workingFolder: folder });
  expect(out).toContain('flowchart LR');
  const json = await runLine(['topics', 'graph', '--json'], { workingFolder: folder });
  expect(Object.keys(JSON.parse(json.out))).toEqual(['stages', 'topics']);
});

describe('colours', () => {
  const argv = ['config', '--set', 'runtime.seed=1'];

  test.each([
    ['a terminal gets them', true, {}, true],
    ['a pipe gets none', false, {}, false],
    ['a terminal with NO_COLOR gets none', true, { NO_COLOR: '1' }, false],
    ['a dumb terminal gets none', true, { TERM: 'dumb' }, false],
  ])('%s', async (_where, isTerminal, environment, coloured) => {
    const { out } = await runLine(argv, { workingFolder: folder, isTerminal, environment });
    expect(out.includes(escapeCharacter)).toBe(coloured);
  });
});

test('doctor finds this machine fit, and names a problem', async () => {
  const fit = await runLine(['doctor', '--json'], { workingFolder: folder });
  expect(JSON.parse(fit.out)).toMatchObject({ healthy: true });
  expect(fit.exitCode).toBe(0);
  const argv = ['doctor', '--set', 'sink.tokenizer=no-such.json'];
  const unfit = await runLine(argv, { workingFolder: folder });
  expect(unfit.exitCode).toBe(1);
  expect(unfit.out).toMatch(/problem tokenizer .*no-such\.json/);
});
