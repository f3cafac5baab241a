/** Filters and sorts over many samples answer what a plain filter over the same rows answers. */
import { describe, expect, test } from 'vitest';
import { sortColumns } from '../../../../services/ui/api.ts';
import { createFinder, type Query } from '../../../../services/ui/catalogue/query.ts';
import { syntheticColumns } from '../../../samples/synthetic-samples.ts';

const columns = syntheticColumns(20_000);
const finder = createFinder(columns);
const rows = Array.from({ length: columns.size }, (_, row) => columns.view(row));
const all: Query = {
  text: '',
  licence: null,
  tokensMin: 0,
  tokensMax: Number.POSITIVE_INFINITY,
  lacking: false,
  searched: false,
  sort: 'order',
  descending: false,
};
const idsOf = (query: Partial<Query>) =>
  [...finder.find({ ...all, ...query }).rows].map((row) => rows[row]?.id);
const plain = (keep: (row: (typeof rows)[number]) => boolean) =>
  rows.filter(keep).map(({ id }) => id);

describe('filters', () => {
  test('a text is a part of a name, an origin or a licence, or the start of an id', () => {
    expect(idsOf({ text: 'name-77' })).toEqual(plain(({ name }) => name.includes('name-77')));
    expect(idsOf({ text: 'OWNER-7/' })).toEqual(plain(({ origin }) => /^owner-7\//.test(origin)));
    expect(idsOf({ text: 'apache' })).toEqual(plain(({ licence }) => licence === 'Apache-2.0'));
    expect(idsOf({ text: rows[4711]?.id ?? '' })).toEqual([rows[4711]?.id]);
    expect(idsOf({ text: 'nowhere' })).toEqual([]);
  });

  test('bounds, licence, lacks and search narrow it down together', () => {
    const query = { licence: 'MIT', tokensMin: 5_000, tokensMax: 900_000, lacking: true };
    const wanted = plain(
      (row) =>
        row.licence === 'MIT' && row.tokens >= 5_000 && row.tokens <= 900_000 && row.lacks > 0,
    );
    expect(wanted.length).toBeGreaterThan(10);
    expect(idsOf(query)).toEqual(wanted);
    expect(idsOf({ searched: true })).toEqual(plain(({ gain }) => gain !== null));
    expect(idsOf({ licence: 'GPL-3.0-only' })).toEqual([]);
  });
});

describe('orders', () => {
  test.each(sortColumns)('by %s, and the other way round', (sort) => {
    const up = idsOf({ sort });
    expect(new Set(up).size).toBe(rows.length);
    expect(idsOf({ sort, descending: true })).toEqual([...up].reverse());
  });

  test('a number sorts as a number, and equal ones keep the order of the data set', () => {
    const byFiles = [...finder.find({ ...all, sort: 'files' }).rows];
    const wanted = rows.map((row, place) => ({ files: row.files, place }));
    wanted.sort((a, b) => a.files - b.files || a.place - b.place);
    expect(byFiles).toEqual(wanted.map(({ place }) => place));
  });

  test('an order is made anew when samples came in', () => {
    const growing = syntheticColumns(1_000);
    const find = createFinder(growing);
    expect(find.find({ ...all, sort: 'tokens' }).rows).toHaveLength(1_000);
    growing.add({
      version: 1,
      rows: [{ ...syntheticRowOf(growing), id: 'new', tokens: 2_000_000 }],
      languages: [],
    });
    const { rows: now, samples } = find.find({ ...all, sort: 'tokens', descending: true });
    const [first] = now;
    expect(samples).toBe(1_001);
    expect(growing.ids[first ?? 0]).toBe('new');
  });
});

describe('the order by name in advance', () => {
  const ahead = (find: ReturnType<typeof createFinder>) => {
    for (let slices = 0; ; slices += 1) if (!find.stepAhead()) return slices;
  };
  const asked = (find: ReturnType<typeof createFinder>, query: Query) => {
    for (let steps = 1; ; steps += 1) if (find.step(query) !== null) return steps;
  };

  test('is there when someone asks, and no slower than the order of the data set', () => {
    const many = syntheticColumns(140_000);
    const find = createFinder(many);
    expect(ahead(find)).toBeGreaterThan(5);
    const byName: Query = { ...all, sort: 'name' };
    expect(asked(find, byName)).toBe(asked(createFinder(many), all));
    const { rows: found } = find.find(byName);
    expect([...found]).toEqual([...createFinder(many).find(byName).rows]);
  });

  test('goes on where a question for it stopped, and a question where it did', () => {
    const many = syntheticColumns(140_000);
    const find = createFinder(many);
    const byName: Query = { ...all, sort: 'name' };
    const whole = ahead(createFinder(many));
    for (let step = 0; step < 5; step += 1) expect(find.step(byName)).toBeNull();
    for (let step = 0; step < 5; step += 1) expect(find.stepAhead()).toBe(true);
    const { rows: found } = find.find(byName);
    expect(found).toHaveLength(140_000);
    expect(ahead(find)).toBe(0);
    expect(whole).toBeGreaterThan(10);
  });

  test('is not made anew for each addition, in the middle of its making either', () => {
    const growing = syntheticColumns(140_000);
    const find = createFinder(growing);
    const add = (name: string) => {
      const row = { ...syntheticRowOf(growing), id: name, name };
      growing.add({ version: 1, rows: [row], languages: [] });
    };
    for (let step = 0; step < 5; step += 1) find.stepAhead();
    add('a');
    const whole = ahead(createFinder(growing));
    // What was begun comes to its end, and one slice puts in the row that came.
    expect(ahead(find)).toBeLessThanOrEqual(whole - 5 + 1);
    add('name-1');
    expect(ahead(find)).toBe(1);
    const byName: Query = { ...all, sort: 'name' };
    const { rows: found } = find.find(byName);
    expect([...found]).toEqual([...createFinder(growing).find(byName).rows]);
    expect(growing.names[found[0] ?? 0]).toBe('a');
  });
});

describe('answers in the making', () => {
  const many = syntheticColumns(140_000);
  const search = (text: string): Query => ({ ...all, text });

  test('all come to an end, however many take turns', () => {
    const find = createFinder(many);
    const open = new Set(Array.from({ length: 70 }, (_, at) => search(`name-${at}`)));
    for (let turn = 0; turn < 10; turn += 1) {
      for (const query of open) if (find.step(query) !== null) open.delete(query);
    }
    expect(open.size).toBe(0);
  });

  test('whoever asks later is told of the samples that came in meanwhile', () => {
    const growing = syntheticColumns(140_000);
    const find = createFinder(growing);
    const before = growing.version;
    expect(find.step(search('name-'), before)).toBeNull();
    const row = { ...syntheticRowOf(growing), id: 'new', name: 'name-new' };
    growing.add({ version: 1, rows: [row], languages: [] });
    expect(find.find(search('name-')).samples).toBe(140_001);
    expect(find.step(search('name-'), before)?.samples).toBe(140_001);
  });
});

function syntheticRowOf(source: typeof columns) {
  const { id, name, origin, licence } = source.view(0);
  const first = { files: 1, lacks: {} };
  const makers = { teacher: 'null', scorer: 'null', gain: null, episode: null };
  const numbers = { bytes: 1, pieces: 1, held: 1, tokens: 1, trained: 1 };
  return { id, repositoryId: id, name, origin, licence, first, ...makers, ...numbers };
}
