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

/** Watches one partition at offset 5 until it stalls or was checked twice. */
async function watch(end: number, change: (assignment: Assignment) => void, silentMs = 0) {
  const assignments = new Assignments();
  const [assignment] = assignments.join('member', [at], performance.now()).added;
  if (assignment === undefined) throw new Error('one was added');
  assignment.next = 5;
  change(assignment);
  return new Promise<string>((resolve) => {
    let looks = 0;
    const ends = async () => {
      looks += 1;
      if (looks > 2) finish('quiet');
      return [end];
    };
    const onStall = (error: { code: string; message: string }) => finish(error.message);
    const lastSignMs = () => performance.now() - silentMs;
    const watchdog = startWatchdog(
      assignments,
      { ends },
      { group: 'readers', stallMs, lastSignMs, answerMsMax: 1000, onStall },
    );
    const timer = setTimeout(() => finish('not looked at'), stallMs * 10);
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

  it('does not ask about a partition that the stage has paused', async () => {
    const paused = await watch(9, (assignment) => {
      assignment.paused = true;
    });
    expect(paused).toBe('not looked at');
  });

  it('reports a consumer without any activity, whatever it owns', async () => {
    expect(await watch(5, () => {}, 900)).toBe('quiet');
    expect(await watch(5, () => {}, 2000)).toMatch(/readers has given no sign for 2 s/);
  });
});
