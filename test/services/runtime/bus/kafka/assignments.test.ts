/** Which partitions a member keeps, loses and gains when its group assigns them anew. */
import { describe, expect, it } from 'vitest';
import { Assignments } from '../../../../../services/runtime/bus/kafka/assignments.ts';

const at = (partition: number) => ({ topic: 'letters', partition });
const numbers = (partitions: readonly { partition: number }[]) =>
  partitions.map(({ partition }) => partition);

describe('assignments', () => {
  it('keeps the state of kept partitions, forgets revoked ones, starts new ones', () => {
    const assignments = new Assignments();
    const first = assignments.join('member-1', [at(0), at(1)], 0);
    expect(numbers(first.added.map((each) => each.at))).toEqual([0, 1]);
    const [zero, one] = first.added;
    if (zero === undefined || one === undefined) throw new Error('two were added');
    zero.next = 7;
    const second = assignments.join('member-1', [at(0), at(2)], 0);
    expect(numbers(second.revoked)).toEqual([1]);
    expect(second.kept).toEqual([zero]);
    expect(second.added.map(({ next }) => next)).toEqual([null]);
    expect(assignments.get(at(0))?.next).toBe(7);
    expect(assignments.owns(one)).toBe(false);
  });

  it('gives up all partitions under a new member id: others may have had them meanwhile', () => {
    const assignments = new Assignments();
    const [old] = assignments.join('member-1', [at(0)], 0).added;
    const change = assignments.join('member-2', [at(0)], 0);
    expect(numbers(change.revoked)).toEqual([0]);
    expect(change.kept).toEqual([]);
    expect(numbers(change.added.map((each) => each.at))).toEqual([0]);
    expect(old && assignments.owns(old)).toBe(false);
  });

  it('has no partitions and no member id after clear', () => {
    const assignments = new Assignments();
    assignments.join('member-1', [at(0)], 0);
    expect(numbers(assignments.clear())).toEqual([0]);
    expect(assignments.all()).toEqual([]);
    expect(assignments.join('member-1', [at(0)], 0).kept).toEqual([]);
  });
});
