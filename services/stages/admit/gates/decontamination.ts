/**
 * `decontamination`: leaves out files that share a run of 13 words with a benchmark, so that a
 * model that was trained on the others can be measured by it.
 */
import { z } from 'zod';
import { fileContents } from '../../../runtime/config/knobs.ts';
import { defineGate, noFacts } from '../gate.ts';

export const decontamination = defineGate({
  name: 'decontamination',
  summary: 'files that share a run of 13 words with a text of a benchmark',
  knobs: {
    decontaminate: z
      .array(z.string().min(1))
      .max(1_000)
      .default([])
      .describe(
        'Files of benchmarks: JSON and JSON Lines, of which every string is a text, or plain text. A file that shares a run of 13 words with one is left out. Their content is part of the configuration. None by default.',
      )
      .meta({ ...fileContents, example: '[HumanEval.jsonl,mbpp.jsonl]' }),
  },
  reasons: ['contaminated'],
  drops: [],
  open: (_, { benchmarks } = noFacts) => {
    if (benchmarks === null) return {};
    return {
      text: ({ text }) => {
        const detail = benchmarks.find(text);
        return detail === null ? null : { reason: 'contaminated', detail };
      },
    };
  },
});
