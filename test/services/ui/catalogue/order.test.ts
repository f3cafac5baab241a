/** Orders of many rows are those that comparing them would make, and are made in slices. */
import { expect, test } from 'vitest';
import { compareText } from '../../../../schemas/compare-text.ts';
import { type Columns, createColumns } from '../../../../services/ui/catalogue/columns.ts';
import { orderByName, orderOf, type Slices } from '../../../../services/ui/catalogue/order.ts';
import { type ShardRow, shardRowsVersion } from '../../../../services/ui/catalogue/rows.ts';
import { seededRandom } from '../../../simulation/random.ts';

const random = seededRandom(1);

function columnsOf(rows: readonly Partial<ShardRow>[]): Columns {
  const columns = createColumns();
  const whole = rows.map((row, place) => ({ ...plain, id: `${place}`, ...row }));
  columns.add({ version: shardRowsVersion, rows: whole, languages: [] });
  return columns;
}

const plain: ShardRow = {
  ...{ id: '', repositoryId: '', name: '', origin: '', licence: '', episode: null, bytes: 0 },
  ...{ gain: null, teacher: 'null', scorer: 'null', pieces: 1, held: 1, tokens: 0, trained: 0 },
  first: null,
};

function run(slices: Slices<Uint32Array>) {
  for (let pauses = 0; ; pauses += 1) {
    const { done, value } = slices.next();
    if (done === true) return { rows: [...value], pauses };
  }
}

const none = new Uint32Array();

/** Names that share much, end within one another, are the same, or hold odd characters. */
function name(place: number): string {
  const parts = ['a', 'ab', 'common-', 'common-prefix/', '\u0000', '\uffff', '\u{1f600}', 'z'];
  const length = place % 7 === 0 ? 0 : random.below(8);
  const text = Array.from({ length }, () => parts[random.below(parts.length)]).join('');
  return place % 5 === 0 ? 'the same everywhere' : text;
}

test('names are ordered by their characters, the same ones as they came in', () => {
  for (const before of ['', 'owner/all-begin-with-it-']) {
    const names = Array.from({ length: 9_000 }, (_, place) => `${before}${name(place)}`);
    const wanted = [...names.keys()].sort(
      (a, b) => compareText(names[a] ?? '', names[b] ?? '') || a - b,
    );
    const columns = columnsOf(names.map((each) => ({ name: each })));
    expect(run(orderByName(columns, none)).rows).toEqual(wanted);
    for (const known of [8_990, 8_900, 4_500]) {
      const first = Uint32Array.from(wanted.filter((row) => row < known));
      expect(run(orderByName(columns, first)).rows).toEqual(wanted);
    }
  }
});

test('numbers are ordered by their value, below zero and between whole ones too', () => {
  const rows = Array.from({ length: 9_000 }, (_, place) => {
    const tokens = random.below(2) === 0 ? random.below(9) : random.below(2 ** 31) * 4096;
    const bitsBefore = random.below(100);
    const gain = { targetBytes: 1, bitsBefore, bitsAfter: random.below(200) };
    return { tokens, trained: random.below(tokens + 1), gain: place % 2 === 0 ? gain : null };
  });
  const columns = columnsOf(rows);
  const orderBy = (value: (row: (typeof rows)[number]) => number) =>
    [...rows.keys()].sort((a, b) => {
      const [one, other] = [rows[a], rows[b]];
      return one === undefined || other === undefined ? 0 : value(one) - value(other) || a - b;
    });
  expect(run(orderOf(columns, 'tokens')).rows).toEqual(orderBy(({ tokens }) => tokens));
  const share = orderBy(({ trained, tokens }) => trained / Math.max(1, tokens));
  expect(run(orderOf(columns, 'trained')).rows).toEqual(share);
  const saved = orderBy(({ gain }) =>
    gain === null || gain.bitsBefore === 0
      ? -1
      : (gain.bitsBefore - gain.bitsAfter) / gain.bitsBefore,
  );
  expect(run(orderOf(columns, 'gain')).rows).toEqual(saved);
});

test('many rows are ordered with pauses, few without', () => {
  const many = columnsOf(Array.from({ length: 70_000 }, (_, place) => ({ name: `${place}` })));
  expect(run(orderOf(many, 'tokens')).pauses).toBeGreaterThan(3);
  expect(run(orderByName(many, none)).pauses).toBeGreaterThan(3);
  const known = run(orderByName(many, none)).rows;
  const most = Uint32Array.from(known.filter((row) => row < 69_000));
  expect(run(orderByName(many, most))).toEqual({ rows: known, pauses: 0 });
  const few = columnsOf(Array.from({ length: 2_000 }, (_, place) => ({ name: `${place}` })));
  expect([run(orderOf(few, 'tokens')).pauses, run(orderByName(few, none)).pauses]).toEqual([0, 0]);
});
