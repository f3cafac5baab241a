/** `run` on repositories of a scripted GitHub: from the command line to verified shards. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostTokens } from '../../../../services/cli/open/code-host.ts';
import {
  type FakeRepository,
  fakeRepositories,
} from '../../../samples/servers/github/repositories.ts';
import { type GitHubServer, startGitHub } from '../../../samples/servers/github/server.ts';
import { runLine } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-github-'));
// From parts, so that no scanner takes it for a key.
const token = ['ghp', 'Zk3vT8qLw1YxN5bR7dJ2'].join('_');
let server: GitHubServer;
let environment: Record<string, string>;

beforeAll(async () => {
  const texts = ['def one():\n    return 1\n', 'def two():\n    return 2\n', 'x = 3\n'];
  const repositories = fakeRepositories(3).map((each, index) => ({
    ...each,
    files: { ...each.files, 'main.py': texts[index] ?? '' },
  }));
  server = await startGitHub({ repositories, tokens: [token] });
  environment = { BACKSTORY_DISCOVER_GITHUB_URL: server.url, BACKSTORY_GITHUB_TOKEN: token };
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = () => ({ workingFolder: folder, environment });

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

test('names, lists and searches become samples that say where they are from', async () => {
  const list = join(folder, 'list.txt');
  writeFileSync(list, 'github:owner-1/project-1\ngithub:nobody/nothing\n');
  const sources = [`@${list}`, 'github-search:language:python'];
  const ran = await runLine(['run', ...sources, '--out', 'out', '--json'], at());
  expect(ran.err).not.toContain('error');
  expect(ran.exitCode).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({
    repositories: { written: 2, dropped: [{ name: 'nothing', reason: 'SOURCE_GONE' }] },
  });
  const { exitCode } = await runLine(['verify', join(folder, 'out')], at());
  expect(exitCode).toBe(0);
  const lines = readdirSync(join(folder, 'out/provenance')).flatMap((name) =>
    readFileSync(join(folder, 'out/provenance', name), 'utf8')
      .trim()
      .split('\n'),
  );
  const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(told.map(({ origin }) => origin).sort()).toEqual([
    'github:owner-0/project-0',
    'github:owner-1/project-1',
  ]);
  expect(told.every(({ commit }) => /^[0-9a-f]{40}$/.test(`${commit}`))).toBe(true);
});

test('the token is in no file of the output, and the same command asks nothing again', async () => {
  const asked = server.ledger.entries.length;
  const sources = [`@${join(folder, 'list.txt')}`, 'github-search:language:python'];
  const again = await runLine(['run', ...sources, '--out', 'out', '--json'], at());
  expect(again.exitCode).toBe(0);
  expect(server.ledger.entries).toHaveLength(asked);
  for (const file of filesBelow(join(folder, 'out'))) {
    expect(readFileSync(file).includes(token), file).toBe(false);
  }
});

test('a mistyped path stays missing, and a malformed name is refused before anything starts', async () => {
  for (const [source, message] of [
    ['owner-1/project-1', /SOURCE_MISSING.*write github:owner-1\/project-1/],
    ['https://github.com/a/b.git', /SOURCE_MISSING.*write github:a\/b/],
    ['github:one', /SOURCE_MISSING.*is not of the form github:OWNER\/NAME/],
    ['github:a/..', /is not of the form/],
    ['github:a/b@x y', /is not of the form/],
    ['github-search:', /needs a query/],
  ] as const) {
    const ran = await runLine(['run', source, '--out', 'other'], at());
    expect(ran.exitCode, source).toBe(2);
    expect(ran.err).toMatch(message);
  }
});

test('I12: a usual token goes only to the address that it is for', () => {
  const own = { BACKSTORY_GITHUB_TOKEN: ' a,b  a ' };
  const theirs = { GITHUB_TOKEN: 'c' };
  const enterprise = { ...theirs, GITHUB_API_URL: 'https://git.example.org/api/v3' };
  const [publicApi, ours] = ['https://api.github.com', 'https://git.example.org/api/v3'];
  expect(hostTokens(own, ours)).toEqual(['a', 'b']);
  expect(hostTokens({ ...own, ...theirs }, publicApi)).toEqual(['a', 'b']);
  expect(hostTokens(theirs, publicApi)).toEqual(['c']);
  expect(hostTokens(theirs, ours)).toEqual([]);
  expect(hostTokens(enterprise, ours)).toEqual(['c']);
  expect(hostTokens(enterprise, publicApi)).toEqual([]);
});

test('the answer of the host is a licence’s evidence, and a release asks a person to look at it', async () => {
  const why = await runLine(['why', 'out', 'project-1', '--json'], at());
  const [story] = (JSON.parse(why.out) as { repositories: { licence: unknown }[] }).repositories;
  expect(story?.licence).toEqual({
    expression: 'MIT',
    evidence: [
      {
        path: expect.stringMatching(/^https:.*\/owner-1\/project-1$/),
        identifier: 'MIT',
        score: 0.5,
      },
    ],
  });
  const release = await runLine(['release', 'out', '--json'], at());
  const { checks } = JSON.parse(release.out) as { checks: { name: string; missing: string[] }[] };
  expect(checks.find(({ name }) => name === 'second-opinion')?.missing).toEqual([
    expect.stringMatching(/^project-1: .* says MIT, its files say nothing$/),
  ]);
});

test('a release and an opt-out know a repository under the name that its host has for it now', async () => {
  const [first] = fakeRepositories(1) as [FakeRepository];
  const moved = { ...first, owner: 'now', name: 'new', oldNames: ['before/old'] };
  const host = await startGitHub({ repositories: [moved] });
  const here = {
    workingFolder: folder,
    environment: { BACKSTORY_DISCOVER_GITHUB_URL: host.url },
  };
  try {
    const ran = await runLine(['run', 'github:before/old', '--out', 'moved'], here);
    expect(ran.exitCode, ran.err).toBe(0);
    writeFileSync(join(folder, 'now.txt'), 'now/new\n');
    const release = async () => {
      const told = await runLine(['release', 'moved', '--opt-outs', 'now.txt', '--json'], here);
      const { checks } = JSON.parse(told.out) as {
        checks: { name: string; missing: string[] }[];
      };
      return checks.find(({ name }) => name === 'opt-outs')?.missing;
    };
    expect(await release()).toContain('old is still there, against now/new');
    const applied = await runLine(['opt-out', 'apply', 'now.txt', 'moved'], here);
    expect(applied.out).toMatch(/^left: old, by now\/new/);
    expect(await release()).toEqual([]);
  } finally {
    await host.close();
  }
});

test.each([
  ['in one run', false],
  ['in a later one', true],
])(
  'what came first under another name leaves with the name that is opted out, %s',
  async (when, isLater) => {
    const [first] = fakeRepositories(1) as [FakeRepository];
    const moved = { ...first, owner: 'now', name: 'new', oldNames: ['before/old'] };
    const host = await startGitHub({ repositories: [moved] });
    const environment = { BACKSTORY_DISCOVER_GITHUB_URL: host.url };
    const here = { workingFolder: folder, environment };
    try {
      const path = join(folder, 'list.txt');
      const lists = ['github:now/new\ngithub:before/old\n'];
      if (isLater) lists.unshift('github:now/new\n');
      for (const list of lists) {
        writeFileSync(path, list);
        const ran = await runLine(['run', `@${path}`, '--out', when, '--search', 'off'], here);
        expect(ran.exitCode, ran.err).toBe(0);
      }
      writeFileSync(join(folder, 'path.txt'), 'before/old:main.py\n');
      const applied = await runLine(['opt-out', 'apply', 'path.txt', when], here);
      expect(applied.out).toMatch(/^left: new, by before\/old:main\.py/);
    } finally {
      await host.close();
    }
  },
);
