/** Manifest entries and provenance lines are parsed strictly: an unknown or wrong field fails. */
import { describe, expect, it } from 'vitest';
import { manifestName, parseManifestEntry, parseProvenance } from '../../schemas/manifest.ts';

const hash = 'a'.repeat(64);
const file = { path: 'tokenizer/tokenizer.json', bytes: 1, sha256: hash };
const entry = {
  format: 2,
  entry: 3,
  previous: hash,
  dataset: 'd',
  runId: 'r',
  contextLength: 64,
  tokenizer: {
    name: 't',
    file,
    fingerprint: hash,
    endOfText: 1,
    template: 'chat' as const,
    masking: 'joint' as const,
  },
  firstPack: 0,
  firstShard: 0,
  shards: [],
  sources: [],
  nextSequence: 0,
  samples: [],
  carried: { cut: { version: 1, prefixTokensMax: 9 }, samples: [], pending: [[[0, 1]]], open: [] },
  maskedPieces: 0,
  closed: false,
};

describe('parseManifestEntry', () => {
  it('reads what was written', () => {
    expect(parseManifestEntry(JSON.stringify(entry), 3)).toEqual(entry);
  });

  it.each<[string, object]>([
    ['another format', { format: 1 }],
    ['another number', { entry: 4 }],
    ['an unknown field', { extra: 1 }],
    ['a missing field', { closed: undefined }],
    ['a malformed hash', { previous: 'abc' }],
    ['a negative count', { nextSequence: -1 }],
    [
      'a path out of the folder',
      { tokenizer: { ...entry.tokenizer, file: { ...file, path: '../x' } } },
    ],
    ['an absolute path', { tokenizer: { ...entry.tokenizer, file: { ...file, path: '/x' } } }],
  ])('refuses %s', (_what, change) => {
    expect(() => parseManifestEntry(JSON.stringify({ ...entry, ...change }), 3)).toThrow();
  });

  it('refuses text that is not JSON', () => {
    expect(() => parseManifestEntry('{', 3)).toThrow('not JSON');
  });
});

describe('parseProvenance', () => {
  it('accepts an empty file, and names a wrong line', () => {
    expect(parseProvenance('')).toEqual([]);
    expect(() => parseProvenance('{}\n')).toThrow('line 1');
    expect(() => parseProvenance('{}')).toThrow('last line');
  });
});

it('names of entries sort like their numbers', () => {
  expect([2, 10, 1].map(manifestName).sort()).toEqual([1, 2, 10].map(manifestName));
});
