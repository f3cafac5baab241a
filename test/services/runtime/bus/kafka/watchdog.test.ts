/** A consumer that receives nothing although there are records is noticed, and only then. */
import { describe, expect, it } from 'vitest';
import {
  type Assignment,
  Assignments,
} from '../../../../../services/runtime/bus/kafka/assignments.ts';
import { startWatchdog } from '../../../../../services/runtime/bus/kafka/watchdog.ts';

const at = { topic: 'letters', partition: 0 };
const stallMs = 40;

/** Watches one partition that goes on at offset 5, until it stalls or was looked at twice. */
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
  it('tells of records that do not come, with where and how many', async () => {
    expect(await watch(9, () => {})).toMatch(/letters\/0 .* from 5 to 9/);
  });

  it('is content when there is nothing to receive', async () => {
    expect(await watch(5, () => {})).toBe('quiet');
  });

  it('does not ask about a partition that the stage has paused', async () => {
    const paused = await watch(9, (assignment) => {
      assignment.paused = true;
    });
    expect(paused).toBe('not looked at');
  });

  it('tells of a consumer that gives no sign, whatever it owns', async () => {
    expect(await watch(5, () => {}, 900)).toBe('quiet');
    expect(await watch(5, () => {}, 2000)).toMatch(/readers has given no sign for 2 s/);
  });
});
