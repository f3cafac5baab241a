/** A data set may be published when nothing is missing, and each thing that is missing is named. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSecondOpinion } from '../../../../../services/cli/commands/provenance/release-checks.ts';
import { projectFiles } from '../../../../samples/ui-output.ts';
import { writeFiles } from '../../../../samples/write-files.ts';
import { runLine } from '../../terminal.ts';

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-release-'));
const line = (...argv: string[]) => runLine(argv, { workingFolder });

beforeAll(async () => {
  writeFiles(join(workingFolder, 'rooms'), projectFiles(100));
  mkdirSync(join(workingFolder, 'bare'));
  writeFileSync(join(workingFolder, 'bare', 'one.py'), 'ONE = 1\n');
  writeFileSync(join(workingFolder, 'list.txt'), '# nobody yet\nsomebody/*\nbare\n');
  const sources = ['rooms', 'bare'].map((name) => join(workingFolder, name));
  const run = await line('run', ...sources, '--out', 'out', '--search', 'off');
  expect(run.exitCode, run.err).toBe(0);
});
afterAll(() => rmSync(workingFolder, { recursive: true, force: true }));

interface Answer {
  readonly ready: boolean;
  readonly checks: readonly { name: string; state: string; missing: string[] }[];
}

async function release(...more: string[]) {
  const told = await line('release', 'out', '--search', 'off', '--json', ...more);
  const answer = JSON.parse(told.out) as Answer;
  const of = (name: string) => answer.checks.find((check) => check.name === name);
  return { exitCode: told.exitCode, ...answer, of };
}

test('what is missing is named, until nothing is', async () => {
  const first = await release();
  expect(first).toMatchObject({ exitCode: 1, ready: false });
  expect(first.of('verify')?.state).toBe('fine');
  expect(first.of('secrets')?.state).toBe('fine');
  expect(first.of('licences')?.missing).toEqual([expect.stringMatching(/^bare is under unknown/)]);
  expect(first.of('opt-outs')?.missing).toEqual([expect.stringMatching(/--opt-outs LIST/)]);
  expect(first.of('card')?.missing).toEqual([expect.stringMatching(/^no export was named/)]);
  expect(first.of('attribution')?.missing).toEqual([
    'no licence text came with bare',
    expect.stringMatching(/^the notice file is not beside the export/),
  ]);
  const second = await release('--opt-outs', 'list.txt');
  expect(second.of('opt-outs')?.missing).toEqual([
    'somebody/* is not applied',
    'bare is not applied',
    'bare is still there, against bare',
    expect.stringMatching(/^apply the list/),
  ]);
  expect((await line('opt-out', 'apply', 'list.txt', 'out')).exitCode).toBe(0);
  expect((await line('export', 'out', '--format', 'mds')).exitCode).toBe(0);
  const notices = 'out/export/mds/THIRD-PARTY-NOTICES';
  expect((await line('attribution', 'out', '--out', notices)).exitCode).toBe(0);
  const third = await release('--opt-outs', 'list.txt', '--accept', 'decontamination');
  expect(third.checks.filter(({ state }) => state === 'missing')).toEqual([]);
  expect(third).toMatchObject({ exitCode: 0, ready: true });
  expect(third.of('decontamination')?.state).toBe('accepted');
});

test('another configuration than that of the run proves nothing of its gates', async () => {
  const { of } = await release('--set', 'admit.privacy=off');
  expect(of('secrets')?.missing).toEqual([expect.stringMatching(/^the configuration is another/)]);
});

test('a file of the export that was changed is named', async () => {
  writeFileSync(join(workingFolder, 'out/export/mds/README.md'), '# other\n');
  const { of } = await release();
  expect(of('card')?.missing.join('\n')).toMatch(/README\.md is not what was exported/);
  expect(of('card')?.missing.join('\n')).toMatch(/no section "Licences"/);
});

test('a second opinion that nobody could look up is missing', async () => {
  const [log, away] = ['out/log', 'out-log'].map((name) => join(workingFolder, name));
  renameSync(log as string, away as string);
  try {
    const { of } = await release();
    expect(of('second-opinion')).toMatchObject({
      state: 'missing',
      missing: ['the log was not looked into, because log/log.db is missing or may not be read'],
    });
  } finally {
    renameSync(away as string, log as string);
  }
  const none = { repositories: [], texts: [], withoutText: [], incomplete: 0 };
  expect((await checkSecondOpinion(null, none)).missing).toEqual([
    'the log was not looked into, because a bucket holds no log',
  ]);
});

test('a second opinion is looked up in the log that a run is using', async () => {
  const lock = new DatabaseSync(join(workingFolder, 'out', 'log', 'lock.db'));
  lock.exec('BEGIN EXCLUSIVE');
  try {
    expect((await release()).of('second-opinion')?.state).toBe('fine');
  } finally {
    lock.close();
  }
});

test('nobody answers for a data set that does not verify', async () => {
  const told = await line('release', 'out', '--search', 'off', '--accept', 'verify');
  expect(told).toMatchObject({ exitCode: 2 });
});
