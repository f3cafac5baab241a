/** Order of a bounded run, and once-only of a live one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Arrival,
  createArrivalOrder,
  createSourceOrder,
  type Order,
} from '../../../../../services/stages/sink/commit/sequencer.ts';

function arrival(sequence: number, id: string | null = `s${sequence}`): Arrival {
  return { topic: 'trajectory', partition: 0, offset: sequence, sequence, id };
}

function drain(order: Order<Arrival>): number[] {
  const released: number[] = [];
  for (let item = order.shift(); item !== null; item = order.shift()) released.push(item.sequence);
  return released;
}

describe('createSourceOrder', () => {
  it('releases positions in order and is complete after the last (any arrival order)', () => {
    const arrivals = fc
      .integer({ min: 1, max: 20 })
      .chain((count) =>
        fc.tuple(
          fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
          fc.array(fc.nat(count - 1)),
        ),
      );
    fc.assert(
      fc.property(arrivals, fc.nat(20), ([order, again], closeAt) => {
        const source = createSourceOrder<Arrival>(0);
        const released: number[] = [];
        for (const [position, sequence] of [...order, ...again].entries()) {
          if (position === closeAt) source.close(order.length);
          expect(source.isComplete()).toBe(released.length === order.length && closeAt <= position);
          source.offer(arrival(sequence), released.includes(sequence));
          released.push(...drain(source));
        }
        source.close(order.length);
        expect(source.isComplete()).toBe(true);
        expect(released).toEqual([...Array(order.length).keys()]);
        expect([...source.waiting()]).toEqual([]);
      }),
    );
  });

  it('releases a repository that was tried again after its position, at the end, in source order', () => {
    const source = createSourceOrder<Arrival>(0);
    for (const sequence of [0, 1, 2]) source.offer(arrival(sequence, null), false);
    expect(drain(source)).toEqual([0, 1, 2]);
    expect(source.offer(arrival(2, 'packed'), true)).toBe(false);
    expect(source.offer(arrival(2), false)).toBe(true);
    expect(source.offer(arrival(2), false)).toBe(false);
    expect(source.offer(arrival(0), false)).toBe(true);
    expect([drain(source), source.ready(9)]).toEqual([[], []]);
    expect([...source.waiting()].map(({ sequence }) => sequence).sort()).toEqual([0, 2]);
    source.close(4);
    expect([drain(source), source.isComplete()]).toEqual([[], false]);
    source.offer(arrival(3), false);
    expect(source.ready(9).map(({ sequence }) => sequence)).toEqual([3, 0, 2]);
    expect(source.isComplete()).toBe(false);
    expect(drain(source)).toEqual([3, 0, 2]);
    expect(source.isComplete()).toBe(true);
    expect(source.offer(arrival(2), true)).toBe(false);
  });

  it('goes on from where the manifest ends and ignores what is behind', () => {
    const source = createSourceOrder<Arrival>(5);
    expect(source.offer(arrival(4, null), false)).toBe(false);
    expect(source.offer(arrival(6), false)).toBe(true);
    expect(source.offer(arrival(6), false)).toBe(false);
    expect(drain(source)).toEqual([]);
    expect(source.ready(9)).toEqual([]);
    expect(source.offer(arrival(5, null), false)).toBe(true);
    expect(source.ready(1).map(({ sequence }) => sequence)).toEqual([5]);
    expect(source.ready(9).map(({ sequence }) => sequence)).toEqual([5, 6]);
    expect(source.isArrived()).toBe(false);
    source.close(7);
    expect([source.isArrived(), source.isComplete()]).toEqual([true, false]);
    expect(drain(source)).toEqual([5, 6]);
    expect(source.nextSequence()).toBe(7);
  });

  it('knows an empty input', () => {
    const source = createSourceOrder<Arrival>(0);
    expect(source.isComplete()).toBe(false);
    source.close(0);
    expect(source.isComplete()).toBe(true);
  });
});

describe('createArrivalOrder', () => {
  it('takes a sample once, and never one that the manifest has', () => {
    const order = createArrivalOrder<Arrival>();
    const offer = (sequence: number) => order.offer(arrival(sequence), sequence === 1);
    expect([3, 1, 2, 3].map(offer)).toEqual([true, false, true, false]);
    expect(order.offer(arrival(9, null), false)).toBe(false);
    expect(drain(order)).toEqual([3, 2]);
    expect(offer(2)).toBe(true);
    expect(order.isComplete()).toBe(false);
  });
});
