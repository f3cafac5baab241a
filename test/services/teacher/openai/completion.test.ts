/** What a record keeps of how an answer ended: a few known words, whatever the server says. */
import { expect, test } from 'vitest';
import type { Usage } from '../../../../schemas/generated/types.ts';
import { sumUsage } from '../../../../services/ports/usage.ts';
import { readCompletion } from '../../../../services/teacher/openai/completion.ts';

const free = { prompt: 0, cachedPrompt: 0, completion: 0, batchShare: 1, from: null };

function usageOf(finishReason: unknown, content: string | null = 'said') {
  const choice = { finish_reason: finishReason, message: { role: 'assistant', content } };
  const read = readCompletion({ choices: [choice] }, 8, free);
  if (read.kind === 'broken') throw new Error(read.why);
  return read.usage;
}

test.each([
  ['stop', { stop: 1 }],
  ['length', { length: 1 }],
  ['content_filter', { content_filter: 1 }],
  ['eos_token', { other: 1 }],
  ['constructor', { other: 1 }],
  ['', {}],
  [null, {}],
  [undefined, {}],
  [7, {}],
])('an answer that ends with %s', (reason, finish) => {
  expect(usageOf(reason).finish).toEqual(finish);
});

test('sums hold each, also beside an answer that was kept before ends were counted', () => {
  const { finish: _none, ...older } = usageOf('stop');
  const all = [usageOf('stop'), usageOf('length'), usageOf('stop'), older as Usage];
  expect(sumUsage(all).finish).toEqual({ length: 1, stop: 2 });
});
