/** The window: bounded weight at once, and a failure that reaches whoever starts or waits. */
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openWindow } from '../../../../../services/stages/extract/turns/window.ts';

describe('openWindow', () => {
  it('runs tasks together up to the weight, and a heavier one alone', async () => {
    const window = openWindow(10);
    let held = 0;
    const seen: number[] = [];
    for (const weight of [4, 6, 3, 30, 5, 5, 1]) {
      await window.start(weight, async () => {
        held += weight;
        seen.push(held);
        await setTimeout(1);
        held -= weight;
      });
    }
    await window.drain();
    expect(held).toBe(0);
    expect(seen).toHaveLength(7);
    expect(seen).toContain(30);
    expect(seen.every((weight) => weight <= 10 || weight === 30)).toBe(true);
  });

  it('passes on the first failure and starts nothing after it', async () => {
    const window = openWindow(1);
    const ran: number[] = [];
    await window.start(1, async () => {
      throw new Error('first');
    });
    await expect(window.start(1, async () => void ran.push(1))).rejects.toThrow('first');
    await expect(window.drain()).rejects.toThrow('first');
    expect(ran).toEqual([]);
  });
});
