/** The listing of a search: parts cover everything, and what a host does not show is told. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { SourceListedBody } from '../../../../../schemas/generated/types.ts';
import { readKnown } from '../../../../../services/stages/discover/hosted/known.ts';
import { listSearch } from '../../../../../services/stages/discover/hosted/search.ts';
import {
  parseRange,
  type Range,
  rangeText,
  splitRange,
  takeRange,
} from '../../../../../services/stages/discover/hosted/search-ranges.ts';
import { countKinds } from '../../../../samples/servers/github/ledger.ts';
import {
  type FakeRepository,
  fakeRepositories,
} from '../../../../samples/servers/github/repositories.ts';
import { type GitHubServer, startGitHub } from '../../../../samples/servers/github/server.ts';
import { openHost } from './hosted-graph.ts';

let server: GitHubServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

const past = { has: () => false, hasTree: () => false, added: [], addedOnly: false };
const endless = { core: 1_000_000, search: 1_000_000 };

interface Listing {
  readonly ids: readonly number[];
  readonly shortfalls: readonly string[];
  readonly records: readonly SourceListedBody[];
}

/** Lists until the given number of records, or to the end, on top of earlier records. */
async function list(
  url: string,
  query: string,
  before: readonly SourceListedBody[] = [],
  purpose: 'read' | 'again' | 'compare' = 'read',
  recordsMax = Number.POSITIVE_INFINITY,
): Promise<Listing> {
  const bodies = async (topic: string, visit: (body: never, at: number) => void) => {
    if (topic === 'source-listed') for (const body of before) visit(body as never, 0);
  };
  const known = await readKnown({ ...past, bodies, purpose });
  const parts = { host: openHost(url), known };
  const ids: number[] = [];
  const shortfalls: string[] = [];
  const records: SourceListedBody[] = [...before];
  const source = { source: `github-search:${query}`, query };
  for await (const step of listSearch(source, parts, new AbortController().signal)) {
    if (step.kind === 'listed') records.push(step.body);
    if (step.kind === 'repository') ids.push(Number(step.listed.repository.id));
    if (step.kind === 'shortfall') shortfalls.push(step.detail);
    if (records.length - before.length >= recordsMax) break;
  }
  return { ids, shortfalls, records };
}

const idsOf = (repositories: readonly FakeRepository[]) =>
  repositories.map(({ id }) => id).sort((a, b) => a - b);
const sorted = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);

describe('a search', () => {
  test('with more repositories than it shows is listed in parts, each found once', async () => {
    const repositories = fakeRepositories(5000);
    server = await startGitHub({ repositories, limits: endless });
    const { ids, shortfalls } = await list(server.url, 'stars:>=0');
    expect(sorted(ids)).toEqual(idsOf(repositories));
    expect(shortfalls).toEqual([]);
    // 50 pages are the least; each part ends with a page that is not full, and each cut costs one.
    expect(countKinds(server.ledger).search).toBeLessThanOrEqual(1.3 * 50);
  });

  test('goes on behind its last record, and asks nothing when it is complete', async () => {
    const repositories = fakeRepositories(2500, 5);
    server = await startGitHub({ repositories, limits: endless });
    const whole = await list(server.url, 'stars:>=0');
    const least = countKinds(server.ledger).search ?? 0;
    let records: readonly SourceListedBody[] = [];
    let rounds = 0;
    for (; records.length < whole.records.length; rounds += 1) {
      records = (await list(server.url, 'stars:>=0', records, 'read', 1)).records;
    }
    const { ids } = await list(server.url, 'stars:>=0', records, 'compare');
    expect(ids).toEqual(whole.ids);
    expect(rounds).toBe(whole.records.length);
    expect(countKinds(server.ledger).search).toBe(2 * least);
  });

  test('takes the bounds that the query itself has', async () => {
    const repositories = fakeRepositories(1500);
    server = await startGitHub({ repositories, limits: endless });
    const query = 'language:go created:2012-01-01..2020-06-30 stars:>2';
    const [from, to] = [Date.UTC(2012, 0, 1) / 1000, Date.UTC(2020, 6, 1) / 1000];
    const wanted = repositories.filter(
      ({ language, created, stars }) =>
        language === 'go' && created >= from && created < to && stars > 2,
    );
    expect(wanted.length).toBeGreaterThan(100);
    expect(sorted((await list(server.url, query)).ids)).toEqual(idsOf(wanted));
  });

  test('of one second is cut by stars, and tells what is never shown', async () => {
    const repositories = fakeRepositories(1300).map((each, index) => ({
      ...each,
      created: 1_600_000_000,
      stars: index < 200 ? index : 0,
    }));
    server = await startGitHub({ repositories, limits: endless });
    const go = repositories.filter(({ language }) => language === 'go');
    expect(sorted((await list(server.url, 'language:go')).ids)).toEqual(idsOf(go));
    const { ids, shortfalls } = await list(server.url, 'stars:0');
    expect(new Set(ids).size).toBe(1000);
    expect(shortfalls).toEqual([
      'of 1101 repositories with created:2020-09-13T12:26:40Z..2020-09-13T12:26:40Z stars:0..0 the code host does not show 101',
    ]);
  });

  test('with a repository that is described in another form names it, and the rest goes on', async () => {
    const repositories = fakeRepositories(40);
    const [odd] = repositories as [FakeRepository];
    const strange = { ...odd, name: 'no name/at all' };
    server = await startGitHub({ repositories: [strange, ...repositories.slice(1)] });
    const { ids, shortfalls, records } = await list(server.url, 'stars:>=0');
    expect(sorted(ids)).toEqual(idsOf(repositories.slice(1)));
    expect(shortfalls).toEqual([
      expect.stringMatching(/^of 40 .* does not show 1 in a form .* "owner-0\/no name\/at all"$/),
    ]);
    const again = await list(server.url, 'stars:>=0', records);
    expect(again.shortfalls).toEqual([expect.stringMatching(/does not show 1$/)]);
  });

  test('whose answers are incomplete is asked again, and then in parts', async () => {
    const repositories = fakeRepositories(900);
    server = await startGitHub({ repositories, limits: endless, faults: { incomplete: 0.4 } });
    const { ids } = await list(server.url, 'stars:>=0');
    expect(sorted(ids)).toEqual(idsOf(repositories));
  });

  test('of a live data set asks again only for what was created since', async () => {
    const repositories = fakeRepositories(40);
    const now = Math.floor(Date.now() / 1000);
    server = await startGitHub({ repositories, limits: endless });
    const first = await list(server.url, 'stars:>=0');
    const late = { ...(repositories[0] as FakeRepository), id: 9, name: 'late', created: now + 60 };
    repositories.push(late);
    const { ids, records } = await list(server.url, 'stars:>=0', first.records, 'again');
    expect(sorted(ids)).toEqual(idsOf(repositories));
    expect(records).toHaveLength(2);
    expect(countKinds(server.ledger).search).toBe(2);
    expect((await list(server.url, 'stars:>=0', records, 'read')).ids).toEqual(ids);
    expect(countKinds(server.ledger).search).toBe(2);
  });
});

test('a repository that the host indexes minutes late is found by the next listing', async () => {
  const repositories = fakeRepositories(20);
  const now = Math.floor(Date.now() / 1000);
  server = await startGitHub({ repositories, limits: endless });
  const first = await list(server.url, 'stars:>=0');
  // Created before the first listing, and shown only now.
  const slow = { ...(repositories[0] as FakeRepository), id: 9, name: 'slow', created: now - 300 };
  repositories.push(slow);
  const { ids, records } = await list(server.url, 'stars:>=0', first.records, 'again');
  expect(sorted([...new Set(ids)])).toEqual(idsOf(repositories));
  const further = await list(server.url, 'stars:>=0', records, 'again');
  expect(further.records).toHaveLength(records.length + 1);
});

describe('ranges', () => {
  const span = fc.tuple(fc.nat(1_000_000), fc.option(fc.nat(1_000_000))).map(([from, more]) => ({
    from,
    to: more === null ? null : from + more,
  }));
  const range = fc.record({ created: span, stars: fc.option(span) });

  test('are written as qualifiers and read back', () => {
    fc.assert(fc.property(range, (each) => void expect(parseRange(rangeText(each))).toEqual(each)));
  });

  test('are cut into parts that neither overlap nor leave a gap', () => {
    const now = 3_000_000;
    fc.assert(
      fc.property(range, fc.nat(9_000), fc.array(fc.nat(now)), (whole, total, createdSeconds) => {
        const parts = splitRange(whole, { total, nowSecond: now, createdSeconds });
        if (parts === null) return;
        expect(parts.length).toBeGreaterThan(1);
        const isByTime = whole.created.from < (whole.created.to ?? now);
        const spans = parts.map((part) =>
          isByTime ? part.created : (part.stars as Range['created']),
        );
        const of = isByTime
          ? { ...whole.created, to: whole.created.to ?? now }
          : (whole.stars ?? { from: 0, to: null });
        expect(spans[0]?.from).toBe(of.from);
        expect(spans.at(-1)?.to).toBe(of.to);
        for (const [index, { from }] of spans.entries()) {
          if (index > 0) expect(from).toBe((spans[index - 1]?.to ?? 0) + 1);
        }
      }),
    );
  });

  test.each([
    ['go created:>=2020-01-01', 'go', 'created:2020-01-01T00:00:00Z..*'],
    ['created:>2020-01-01 go', 'go', 'created:2020-01-02T00:00:00Z..*'],
    ['created:<2020-01-01', '', 'created:2007-10-01T00:00:00Z..2019-12-31T23:59:59Z'],
    ['created:"2020-01-01"', '', 'created:2020-01-01T00:00:00Z..2020-01-01T23:59:59Z'],
    ['created:*..2020-01-01T10:00:00Z', '', 'created:2007-10-01T00:00:00Z..2020-01-01T10:00:00Z'],
    ['Created:2020-01-01..* stars:5', '', 'created:2020-01-01T00:00:00Z..* stars:5..5'],
    ['"two words" stars:<=9', '"two words"', 'created:2007-10-01T00:00:00Z..* stars:0..9'],
  ])('%s', (query, words, text) => {
    const taken = takeRange(query);
    expect([taken.words, rangeText(taken.range)]).toEqual([words, text]);
  });

  test.each([
    'created:2020',
    '-created:>2020-01-01',
    'stars:1 stars:2',
    'stars:9..1',
    'stars:many',
  ])('%s is refused by name', (query) => {
    expect(() => takeRange(query)).toThrow(/is not understood/);
  });
});
