/** Ids and the canonical text they are made from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, childId, sha256 } from '../../../services/runtime/ids.ts';

/** The same value with the keys of every object in another order. */
function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reversedKeys(inner)]));
}

describe('canonicalJson', () => {
  it('gives JSON of the same value, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversedKeys(value))).toBe(text);
      }),
    );
  });

  it('leaves undefined out as JSON does', () => {
    expect(canonicalJson({ b: undefined, a: [undefined, 1] })).toBe('{"a":[null,1]}');
  });

  it('gives different values different texts', () => {
    expect(canonicalJson({ a: '1' })).not.toBe(canonicalJson({ a: 1 }));
    expect(canonicalJson(['a,b'])).not.toBe(canonicalJson(['a', 'b']));
  });
});

describe('I7: ids', () => {
  it('follow from parent, stage, version, topic and ordinal alone', () => {
    const id = childId('parent', 'plan', 1, 'file-task', 3);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(childId('parent', 'plan', 1, 'file-task', 3)).toBe(id);
    const others = [
      childId('other', 'plan', 1, 'file-task', 3),
      childId('parent', 'simulate', 1, 'file-task', 3),
      childId('parent', 'plan', 2, 'file-task', 3),
      childId('parent', 'plan', 1, 'repo-plan', 3),
      childId('parent', 'plan', 1, 'file-task', 4),
    ];
    expect(new Set([id, ...others]).size).toBe(6);
  });

  it('hash as the SHA-256 standard says', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
