/**
 * Sources on a scripted GitHub: each repository is found exactly once (I5), whatever fails and
 * whoever dies, and without a request that the host would have to refuse.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProcessDeath } from '../../../../../services/runtime/stage.ts';
import { countKinds } from '../../../../samples/servers/github/ledger.ts';
import { fakeRepositories } from '../../../../samples/servers/github/repositories.ts';
import {
  type GitHubOptions,
  type GitHubServer,
  startGitHub,
} from '../../../../samples/servers/github/server.ts';
import { seededRandom } from '../../../../simulation/random.ts';
import { endings } from '../../../runtime/small-graph.ts';
import { foundNames, openHost, runHosted } from './hosted-graph.ts';

let folder: string;
let server: GitHubServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hosted-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: GitHubOptions): Promise<void> {
  server = await startGitHub(options);
}

const all = (count: number, seed?: number) => fakeRepositories(count, seed);
const names = (repositories: readonly { readonly name: string }[]) =>
  repositories.map(({ name }) => name).sort();

describe('under faults', () => {
  const limits = { core: 200, search: 12 };

  test('I5: and kills each repository is found once, within quota, with few requests more', async () => {
    const repositories = all(200);
    const tokens = ['token-one', 'token-two'];
    const faults = { broken: 0.03, cut: 0.01, truncated: 0.03, incomplete: 0.05 };
    await start({ repositories, tokens, limits, windowSeconds: 2, faults });
    const random = seededRandom(7);
    let deaths = 0;
    for (;;) {
      let left = 10 + random.below(60);
      const crashPoint = (name: string) => {
        left -= name.startsWith('discover:') ? 1 : 0;
        if (left <= 0 && deaths < 4) throw new ProcessDeath(name);
      };
      const sources = ['github-search:stars:>=0', 'github:owner-1/project-1'];
      const host = openHost(server.url, { tokens });
      try {
        await runHosted({ folder, sources, host, faults: { crashPoint } });
        break;
      } catch (error) {
        if (!(error instanceof ProcessDeath)) throw error;
        deaths += 1;
      }
    }
    expect(deaths).toBe(4);
    expect([...foundNames(folder)].sort()).toEqual(names(repositories));
    // The repository that is named as well is a duplicate, and told as one.
    expect(endings(folder)).toHaveLength(repositories.length + 1);
    expect(server.ledger.offences).toEqual([]);
    const { archive = 0, 'cut archive': cut = 0 } = countKinds(server.ledger);
    const asked = server.ledger.entries.length - archive - cut;
    const least = Math.ceil(repositories.length / 100) + 2 * repositories.length;
    expect(asked).toBeLessThanOrEqual(1.3 * least);
  });

  test('secondary limits are waited out, each token for itself', async () => {
    const repositories = all(40);
    const tokens = ['token-one', 'token-two', 'token-three'];
    await start({ repositories, tokens, faults: { limited: 0.05 } });
    const host = openHost(server.url, { tokens });
    await runHosted({ folder, sources: ['github-search:stars:>=0'], host });
    expect([...foundNames(folder)].sort()).toEqual(names(repositories));
    expect(countKinds(server.ledger).secondary).toBeGreaterThan(0);
    expect(server.ledger.offences).toEqual([]);
  });

  test('a host that is gone stops the run, and nothing is lost or listed twice', async () => {
    const repositories = all(40);
    await start({ repositories });
    const sources = ['github-search:stars:>=0'];
    const host = () => openHost(server.url);
    const crashPoint = () => {
      server.down = endings(folder).length >= 15;
    };
    await expect(
      runHosted({ folder, sources, host: host(), faults: { crashPoint } }),
    ).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
    server.down = false;
    const { repositories: ended } = await runHosted({ folder, sources, host: host() });
    expect([...foundNames(folder)].sort()).toEqual(names(repositories));
    expect(ended.dropped.every(({ reason }) => reason === 'LICENCE_REFUSED')).toBe(true);
    expect(countKinds(server.ledger).search).toBe(1);
  });
});

describe('sources', () => {
  test('that are bad end as drops that say why, and the others go on', async () => {
    const [first, renamed, gone, blocked, empty, ...rest] = all(8);
    if (!first || !renamed || !gone || !blocked || !empty) throw new Error('too few');
    const repositories = [
      first,
      { ...renamed, oldNames: ['before/name'] },
      { ...gone, gone: 404 as const },
      { ...blocked, gone: 451 as const },
      { ...empty, empty: true },
      ...rest,
    ];
    await start({ repositories });
    const of = ({ owner, name }: { owner: string; name: string }) => `github:${owner}/${name}`;
    const sources = [
      ...[of(first), `${of(first)}@main`, `${of(first)}@no-such-branch`, 'github:before/name'],
      ...[of(renamed), of(gone), of(blocked), of(empty), 'github-search:nonsense:1'],
      'github-search:created:1 created:2',
    ];
    const ended = await runHosted({ folder, sources, host: openHost(server.url) });
    expect([...foundNames(folder)].sort()).toEqual(['name', first.name]);
    const told = ended.repositories.dropped
      .filter(({ stage }) => stage === 'discover')
      .map(({ name, reason, detail }) => `${name} ${reason} ${detail}`);
    expect(told.sort()).toEqual(
      [
        `${blocked.name} SOURCE_GONE .* 451 it is blocked for legal reasons`,
        `${empty.name} SOURCE_EMPTY .* has no commit`,
        `${first.name} DUPLICATE_REPOSITORY`,
        `${first.name} SOURCE_GONE .*@no-such-branch: 404 Not Found`,
        `${gone.name} SOURCE_GONE .* 404 Not Found`,
        `${renamed.name} DUPLICATE_REPOSITORY`,
        'created:1 created:2 SOURCE_UNREADABLE the search has created:1, which is not understood',
        'nonsense:1 SOURCE_UNREADABLE the code host refuses the search: 422 Validation Failed',
      ]
        .sort()
        .map((text) => expect.stringMatching(new RegExp(`^${text}`))),
    );
    const { length } = server.ledger.entries;
    await runHosted({ folder, sources, host: openHost(server.url) });
    expect(server.ledger.entries).toHaveLength(length);
  });

  test('that are added to a finished run are the only ones that are asked for', async () => {
    await start({ repositories: all(4) });
    const host = () => openHost(server.url);
    const [one, two] = ['github:owner-1/project-1', 'github:owner-2/project-2'];
    await runHosted({ folder, sources: [one], host: host() });
    const before = server.ledger.entries.length;
    await runHosted({ folder, sources: [two, one], host: host() });
    expect(foundNames(folder)).toEqual(['project-1', 'project-2']);
    const paths = server.ledger.entries.slice(before).map(({ path }) => path);
    expect(paths.filter((path) => path.includes('project-1'))).toEqual([]);
    expect(paths).toHaveLength(5);
  });

  test('the limit counts repositories, and no more are asked for', async () => {
    await start({ repositories: all(30) });
    const found = { folder, sources: ['github-search:stars:>=0'], host: openHost(server.url) };
    await runHosted({ ...found, knobs: { limit: 5 } });
    expect(foundNames(folder)).toHaveLength(5);
    expect(countKinds(server.ledger)).toMatchObject({ commit: 5, tarball: 5, archive: 5 });
  });
});
