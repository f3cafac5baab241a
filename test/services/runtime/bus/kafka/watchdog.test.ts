/**
 * The watchdog reports a consumer that receives nothing although there are records, and no other.
 */
import { describe, expect, it } from 'vitest';
import {
  type Assignment,
  Assignments,
} from '../../../../../services/runtime/bus/kafka/assignments.ts';
import { startWatchdog } from '../../../../../services/runtime/bus/kafka/watchdog.ts';

const at = { topic: 'letters', partition: 0 };
const stallMs = 40;

/** Watches one partition at offset 5 until it stalls or was checked often. */
async function watch(
  end: number,
  change: (assignment: Assignment) => void,
  { silentMs = 0, start = 0 } = {},
) {
  const assignments = new Assignments();
  const [assignment] = assignments.join('member', [at], performance.now()).added;
  if (assignment === undefined) throw new Error('one was added');
  assignment.next = 5;
  change(assignment);
  return new Promise<string>((resolve) => {
    let looks = 0;
    const ranges = async () => {
      looks += 1;
      // Far more looks than fit into the time after which a partition is silent.
      if (looks > 12) finish('quiet');
      return [{ start, end }];
    };
    const onStall = (error: { code: string; message: string }) => finish(error.message);
    const lastSignMs = () => performance.now() - silentMs;
    const watchdog = startWatchdog(
      assignments,
      { ranges },
      { group: 'readers', stallMs, lastSignMs, answerMsMax: 1000, onStall },
    );
    // A busy machine may be late with every look, so this is far beyond all of them.
    const timer = setTimeout(() => finish('not looked at'), 30_000);
    const finish = (result: string) => {
      watchdog.stop();
      clearTimeout(timer);
      resolve(result);
    };
  });
}

describe('watchdog', () => {
  it('reports records that do not arrive, with partition and offsets', async () => {
    expect(await watch(9, () => {})).toMatch(/letters\/0 .* from 5 to 9/);
  });

  it('reports nothing when there are no new records', async () => {
    expect(await watch(5, () => {})).toBe('quiet');
  });

  it('does not expect records of a partition that the stage has paused', async () => {
    const paused = await watch(9, (assignment) => {
      assignment.paused = true;
    });
    expect(paused).toBe('quiet');
  });

  it.each([7, 9])('reports records that were deleted before they came, up to %i', async (start) => {
    const deleted = await watch(9, () => {}, { start });
    expect(deleted).toContain(`letters/0 begins at offset ${start}, but its reader stands at 5`);
    expect(deleted).toContain(`${start - 5} records were deleted`);
  });

  it('reports a consumer without any activity, whatever it owns', async () => {
    expect(await watch(5, () => {}, { silentMs: 900 })).toBe('quiet');
    expect(await watch(5, () => {}, { silentMs: 2000 })).toMatch(
      /readers has given no sign for 2 s/,
    );
  });
});
