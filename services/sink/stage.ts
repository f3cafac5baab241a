/** Wiring of the sink: opens the tokenizer and the shard store, hands both to the writer. */
import { defineWriter } from '../runtime/stage.ts';
import { configuration } from './config.ts';
import { openLocalShardStore } from './store.ts';
import { openTokenizer } from './tokenizer.ts';
import { openSinkWriter } from './writer.ts';

export const sink = defineWriter('sink', {
  config: configuration,
  quietMs: ({ quietMs }) => quietMs,
  openWriter: async (tools) => {
    const store = openLocalShardStore(tools.run.outputFolder, tools.crashPoint);
    const tokenizer = await openTokenizer(
      tools.config.tokenizer,
      tools.config.endOfText,
      tools.config,
    );
    return openSinkWriter(tools, store, tokenizer);
  },
});
