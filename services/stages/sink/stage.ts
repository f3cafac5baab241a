/** Wiring of the sink: opens the tokenizer and hands it to the writer. */
import { defineWriter } from '../../runtime/stage.ts';
import { rewindOutput } from './commit/rewind.ts';
import { openSinkWriter } from './commit/writer.ts';
import { sinkKnobs } from './config.ts';
import { sinkReport } from './report.ts';
import { openTokenizer } from './tokens/tokenizer.ts';

export const sink = defineWriter('sink', {
  config: sinkKnobs,
  report: sinkReport,
  quietMs: ({ quietMs }) => quietMs,
  rewind: (tools, sequence) => rewindOutput(tools.objects, sequence),
  openWriter: async (tools, reject) => {
    const tokenizer = await openTokenizer(
      tools.config.tokenizer,
      tools.config.endOfText,
      tools.config,
    );
    return openSinkWriter(tools, tools.objects, tokenizer, reject);
  },
});
