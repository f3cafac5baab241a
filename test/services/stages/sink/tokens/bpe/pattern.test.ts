/** Regular expressions mean what Oniguruma takes them for, or are refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  numericPoints,
  pieces,
  pointsOf,
} from '../../../../../../scripts/generate/unicode-table.ts';
import { compile } from '../../../../../../services/stages/sink/tokens/bpe/automaton.ts';
import {
  parsePattern,
  UnsupportedPattern,
} from '../../../../../../services/stages/sink/tokens/bpe/pattern.ts';
import {
  forEachPiece,
  readPretokenizer,
} from '../../../../../../services/stages/sink/tokens/bpe/pretokenizer.ts';
import {
  type CodePoints,
  numeric,
  property,
  whiteSpace,
} from '../../../../../../services/stages/sink/tokens/bpe/unicode.ts';
import { adversarial } from './adversarial.ts';

const plainByteLevel = { type: 'ByteLevel', add_prefix_space: false, use_regex: false };
const gpt2Step = { type: 'ByteLevel', add_prefix_space: false, use_regex: true };

function split(regex: string, behavior = 'Isolated', invert = false) {
  return { type: 'Split', pattern: { Regex: regex }, behavior, invert };
}

/** Pieces by our steps, in code points as the library counts. */
function ownPieces(steps: readonly unknown[], text: string): [number, number][] {
  const made = readPretokenizer({ type: 'Sequence', pretokenizers: [...steps, plainByteLevel] });
  const bytes = Buffer.from(text);
  let ranges: [number, number][] = bytes.length === 0 ? [] : [[0, bytes.length]];
  for (const step of made) {
    const next: [number, number][] = [];
    for (const [start, end] of ranges) {
      forEachPiece(step, bytes, start, end, (from, to) => next.push([from, to]));
    }
    ranges = next;
  }
  const points = (at: number) => [...bytes.subarray(0, at).toString()].length;
  return ranges.map(([start, end]) => [points(start), points(end)]);
}

async function expectSame(steps: readonly unknown[], texts: readonly string[]) {
  for (const text of texts) {
    const theirs = await pieces({ type: 'Sequence', pretokenizers: steps }, text);
    expect(ownPieces(steps, text), JSON.stringify(text)).toEqual(theirs);
  }
}

const samples = [
  'aaab bbb ab  b\n\n 12345 ab',
  "it's IT'S I'\u017f x'LL 'll",
  '  \t foo  \r\n  bar \u00e9\u0301-\u4f60 ',
  'abcabcaab-]^x\u{1f600}',
  '',
];

describe('the dialect', () => {
  it.each([
    'a+|b',
    'a*b|a',
    'a|ab|abc',
    'a+?b|b',
    '(?:ab){1,2}c?|[a-c]',
    'a{2}|a{1,3}+|b{,2}c|b{2,}',
    '[^\\s\\p{L}]+|\\p{L}++',
    '[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*',
    "(?i:'s|'t|'re|'ve|'m|'ll|'d)|\\S",
    "'(?i:[sdmt]|ll|ve|re)|\\s+(?!\\S)|\\s+",
    '\\s+(?=\\d)|\\d|[\\x{61}-\\x{63}\\u0020]+',
    '[\\]\\-^x]|[-a]|[b-]',
    '\\P{L}+|\\p{^Lu}',
    '.',
  ])('%s', async (regex) => {
    await expectSame([split(regex)], samples);
    const some = fc.sample(adversarial, { seed: 1, numRuns: 40 });
    await expectSame([split(regex)], some);
  });

  it.each(['Isolated', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext'])(
    'behaviour %s',
    async (behavior) => {
      for (const invert of [false, true]) {
        await expectSame([split('b|\\s+', behavior, invert)], samples);
      }
    },
  );

  it('steps one after the other, each seeing whole texts', async () => {
    const digits = (individual_digits: boolean) => ({ type: 'Digits', individual_digits });
    const literal = { type: 'Split', pattern: { String: 'a.' }, behavior: 'Isolated' };
    const texts = [...samples, 'a.b 12\u{11de0}3 a.', ...fc.sample(adversarial, { seed: 2 })];
    await expectSame([digits(true), split('\\s+(?!\\S)|\\s+')], texts);
    await expectSame([digits(false), { ...literal, invert: false }], texts);
    await expectSame([split('\\p{N}{1,3}'), split('[a-z]+'), split('\\s+(?!\\S)')], texts);
  });

  it.each([
    '(?=ab)c',
    '\\bword',
    '\\w+',
    'a++a',
    '(?<=a)b',
    '(?i:ss)',
    '(?i:\u00e9)',
    '[[:alpha:]]',
    '[a&&b]',
    '\\p{Han}',
    '^a',
    'a$',
    '\\1',
    'a{2}?',
    'a{1000}',
    '(?i)a',
    '(a',
    'a)',
    '[a',
    'a*',
    '',
  ])('refuses %s', (regex) => {
    expect(() => compile(parsePattern(regex))).toThrow(UnsupportedPattern);
  });

  it('leaves to the library what would need more than cutting', () => {
    const refused = [
      { type: 'Sequence', pretokenizers: [gpt2Step, split('a')] },
      { type: 'Sequence', pretokenizers: [split('a', 'Removed'), plainByteLevel] },
      { type: 'Sequence', pretokenizers: [split('a', 'Removed', true), plainByteLevel] },
      { type: 'Sequence', pretokenizers: [{ type: 'Punctuation' }, plainByteLevel] },
    ];
    for (const step of refused) expect(() => readPretokenizer(step)).toThrow(UnsupportedPattern);
  });
});

function pointsIn(set: CodePoints): number[] {
  const points: number[] = [];
  for (let at = 0; at < set.length; at += 2) {
    for (let point = set[at] ?? 0; point < (set[at + 1] ?? 0); point += 1) points.push(point);
  }
  return points;
}

describe('the pinned Unicode table is that of the library, for every code point', () => {
  it.each(['L', 'N', 'M', 'P', 'S', 'Lu', 'Ll', 'Lo', 'Zs'])('%s', async (name) => {
    const own = pointsIn(property(name) ?? []);
    expect((await pointsOf(`\\p{${name}}`)).join() === own.join()).toBe(true);
  });

  it('white space, and what Digits takes for a digit', async () => {
    expect(await pointsOf('\\s')).toEqual(pointsIn(whiteSpace));
    expect((await numericPoints()).join() === pointsIn(numeric()).join()).toBe(true);
  });
});
