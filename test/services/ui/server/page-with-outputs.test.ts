/** The page is sent with the outputs as they stand, and no text of theirs becomes markup. */
import { expect, test } from 'vitest';
import type { OutputState } from '../../../../services/ui/api.ts';
import { pageWithOutputs } from '../../../../services/ui/server/page-with-outputs.ts';
import { hostileText } from '../../../samples/ui-output.ts';

const page = Buffer.from('<html><body><div id="page"></div>\n</body></html>');
const state: OutputState = {
  ...{ label: hostileText, dataset: "$& $' $`", runId: 'r', head: 'h', closed: true, shards: 1 },
  ...{ optOuts: '', shardsRead: 1, kept: 'in memory only' },
  problem: { code: 'SHARD_CORRUPT', message: 'the key is my-secret-key', subject: null },
};

test('the outputs are data in one element, whatever they are called', () => {
  const html = pageWithOutputs(page, [state], (text) => text.replaceAll('my-secret-key', '***'));
  const elements = html.split('<');
  const tags = elements.map((each) => each.split('>')[0]).filter((each) => each !== '');
  expect(tags.map((tag) => tag?.split(' ')[0])).toEqual([
    ...['html', 'body', 'div', '/div', 'script', '/script', '/body', '/html'],
  ]);
  const json = /<script type="application\/json" id="outputs">(.*)<\/script>/.exec(html)?.[1] ?? '';
  const [told] = JSON.parse(json) as OutputState[];
  expect(told).toEqual({
    ...state,
    problem: { ...state.problem, message: 'the key is ***' },
  });
});
