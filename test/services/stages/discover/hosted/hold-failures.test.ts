/** Failures wait for the next answer of the host, and no longer than that. */
import { expect, test } from 'vitest';
import { holdFailures } from '../../../../../services/stages/discover/hosted/hold-failures.ts';
import type { Given } from '../../../../../services/stages/discover/hosted/tasks.ts';

type Reason = 'SOURCE_FAILED' | 'SOURCE_GONE';

function item(name: string, reason: Reason | null): Given {
  const outcome =
    reason === null
      ? ({ kind: 'known' } as const)
      : ({ kind: 'unreadable', reason, detail: name } as const);
  return { repositoryId: name, eventTimeMs: 0, subject: { name, origin: name }, outcome };
}

/** How many items are read before the first one comes out. */
async function readUntilFirst(items: Iterable<Given>): Promise<number> {
  let read = 0;
  const results = async function* () {
    for (const each of items) {
      read += 1;
      yield [each];
    }
  };
  await holdFailures(results()).next();
  return read;
}

function* many(first: Given, then: (at: number) => Given): Generator<Given> {
  yield first;
  for (let at = 0; at < 5_000; at += 1) yield then(at);
}

const failed = item('failed', 'SOURCE_FAILED');

test('that a repository is gone is an answer of the host', async () => {
  const gone = many(failed, (at) => item(`gone-${at}`, 'SOURCE_GONE'));
  expect(await readUntilFirst(gone)).toBe(2);
});

test('what the data set knows already is no answer, and is held back in bounds', async () => {
  const read = await readUntilFirst(many(failed, (at) => item(`known-${at}`, null)));
  expect(read).toBeGreaterThan(100);
  expect(read).toBeLessThanOrEqual(1_000);
});

test('five failures before any answer stop the process', async () => {
  const failing = many(failed, (at) => item(`failed-${at}`, 'SOURCE_FAILED'));
  await expect(readUntilFirst(failing)).rejects.toMatchObject({ code: 'HOST_UNAVAILABLE' });
});
