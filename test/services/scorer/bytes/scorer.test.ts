/** Any number of threads answers like one model in this process, and can be stopped. */
import { afterEach, expect, test } from 'vitest';
import type { ScoreRequest, Scorer } from '../../../../services/ports/scorer.ts';
import { createByteScorer } from '../../../../services/scorer/bytes/score.ts';
import { openBytesScorer } from '../../../../services/scorer/bytes/scorer.ts';

const contextBytesMax = 4096;
const requests: ScoreRequest[] = Array.from({ length: 7 }, (_unused, index) => ({
  context: `const context${index % 3} = ${index % 3};\n`,
  thoughts: ['It doubles the value.\n', `value${index} is doubled.\n`],
  target: `export const double${index} = 2 * value${index};\n`,
}));
const never = new AbortController().signal;
const opened: Scorer[] = [];

function open(threads: number): Scorer {
  const scorer = openBytesScorer({ contextBytesMax, threads });
  opened.push(scorer);
  return scorer;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((scorer) => scorer.close()));
});

test.each([1, 2, 3])('%i threads give the scores of a model in this process', async (threads) => {
  const scorer = open(threads);
  const local = createByteScorer(contextBytesMax);
  const scores = await Promise.all(requests.map((request) => scorer.score(request, never)));
  expect(scores).toEqual(requests.map((request) => local.score(request)));
});

test('a stopped request rejects with the reason and does not affect others', async () => {
  const scorer = open(1);
  const stop = new AbortController();
  const [first, second, third] = [requests[0]!, requests[1]!, requests[2]!];
  const running = scorer.score(first, stop.signal);
  const queued = scorer.score(second, stop.signal);
  const kept = scorer.score(third, never);
  stop.abort(new Error('stopped by the test'));
  await expect(running).rejects.toThrow('stopped by the test');
  await expect(queued).rejects.toThrow('stopped by the test');
  expect(await kept).toEqual(createByteScorer(contextBytesMax).score(third));
  await expect(scorer.score(first, stop.signal)).rejects.toThrow('stopped by the test');
});

test('close rejects requests under way and accepts no more', async () => {
  const scorer = open(1);
  const running = scorer.score(requests[0]!, never);
  const settled = expect(running).rejects.toThrow('closed');
  await scorer.close();
  await settled;
  await expect(scorer.score(requests[0]!, never)).rejects.toThrow('closed');
});

test('the configuration hash changes exactly with the knobs that change scores', () => {
  const { configuration, identity } = open(1);
  expect(open(3).configuration).toBe(configuration);
  const other = openBytesScorer({ contextBytesMax: 1, threads: 1 });
  opened.push(other);
  expect(other.configuration).not.toBe(configuration);
  expect(identity).toEqual({ name: 'bytes', version: '1', model: null, languageModel: false });
});
