/** The cache of decoded bodies: its bound is what they take in memory (I10). */
import { describe, expect, it } from 'vitest';
import {
  type CacheLimits,
  estimateBytes,
  openBodyCache,
} from '../../../../services/runtime/records/body-cache.ts';

const limits: CacheLimits = { encodedBytes: 1e6, bytesInMemory: 100_000, bodiesKept: 3 };

function openCounting(with_: Partial<CacheLimits> = {}) {
  const cache = openBodyCache({ ...limits, ...with_ });
  let loads = 0;
  const get = (key: string, body: unknown, encoded = 10) =>
    cache.get(key, encoded, async () => {
      loads += 1;
      return body;
    });
  return { cache, get, loads: () => loads };
}

const body = (texts: number) => ({ files: Array.from({ length: texts }, () => 'a'.repeat(1000)) });

describe('the cache of bodies', () => {
  it('holds as many bodies as fit, however many come', async () => {
    const { cache, get } = openCounting();
    for (let number = 0; number < 500; number += 1) await get(`body ${number}`, body(10));
    expect(cache.bytesInMemory).toBeLessThanOrEqual(limits.bytesInMemory);
    expect(cache.bytesInMemory).toBeGreaterThan(limits.bytesInMemory / 2);
  });

  it('loads a body once while it is in use', async () => {
    const { get, loads } = openCounting();
    for (let use = 0; use < 50; use += 1) {
      await get('plan', body(10));
      await get(`other ${use}`, body(10));
    }
    expect(loads()).toBe(51);
  });

  it('keeps the last bodies of a repository that is larger than the cache', async () => {
    const { get, loads } = openCounting();
    for (let use = 0; use < 20; use += 1) {
      await get('plan', body(200));
      await get('structure', body(400));
    }
    expect(loads()).toBe(2);
  });

  it('does not keep a failure', async () => {
    const { cache, get, loads } = openCounting();
    await expect(cache.get('plan', 10, () => Promise.reject(new Error('no')))).rejects.toThrow();
    await get('plan', body(1));
    expect(loads()).toBe(1);
  });

  it('knows what strings, arrays and objects take', () => {
    const lines = Array.from({ length: 1000 }, (_, line) => ({ line, text: 'x'.repeat(100) }));
    expect(estimateBytes(lines)).toBeGreaterThan(1000 * 148);
    expect(estimateBytes(lines)).toBeLessThan(1000 * 250);
    expect(estimateBytes(null)).toBe(0);
  });
});
