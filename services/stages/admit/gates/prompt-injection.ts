/**
 * `prompt-injection`: counts what in a file speaks to a model that reads it. Tests, documents and
 * prompts hold such text for good reasons, so a file stays unless the operator wants otherwise.
 */
import { z } from 'zod';
import { defineGate } from '../gate.ts';
import { countInjections } from '../patterns/injections.ts';
import { askAbout } from '../patterns/patterns.ts';

export const promptInjection = defineGate({
  name: 'prompt-injection',
  summary: 'orders to a model that reads the file, chat marks, unseen text: counted, or left out',
  knobs: {
    promptInjection: z
      .enum(['count', 'skip-file', 'off'])
      .default('count')
      .describe(
        'Text that tells a model to drop its instructions, marks of chat templates, and text that nobody sees: count leaves the file as it is and records how often by kind, skip-file leaves the file out, off does not look. Count by default: tests and documents about models hold such text for good reasons.',
      ),
  },
  reasons: ['prompt-injection'],
  drops: [],
  open: (knobs) => askAbout(knobs.promptInjection, 'prompt-injection', countInjections),
});
