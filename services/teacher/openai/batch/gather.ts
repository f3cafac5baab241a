/** A pass that gathers: it gets what batches have brought; what they have not waits for one. */
import type { Usage } from '../../../../schemas/generated/types.ts';
import { noUsage } from '../../../ports/usage.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { OfflineAnswer, UnmadeCall } from '../../adapter.ts';
import type { BatchStore } from './requests.ts';

export interface Gathering {
  answer(call: UnmadeCall): Promise<OfflineAnswer>;
  /** Answers of this pass that are not there yet. */
  readonly pending: () => number;
}

export function openGathering(store: BatchStore): Gathering {
  const pending = new Set<string>();
  return {
    answer: async ({ id, repository, promptBytes, body }) => {
      const known = store.find(id);
      if (known?.state === 'answered') return JSON.parse(known.result ?? 'null') as OfflineAnswer;
      if (known?.state === 'refused') throw refused(known.result ?? '');
      if (known === null) store.add({ id, repository, promptBytes, body: JSON.stringify(body) });
      pending.add(id);
      throw new PipelineError(
        'ANSWER_PENDING',
        `an answer about ${repository} waits for a batch: backstory batch send, collect, and gather again`,
        { subject: repository },
      );
    },
    pending: () => pending.size,
  };
}

/** A refusal brings its cost; a line that failed too often brings words alone. */
function refused(result: string): PipelineError {
  let told: { why?: string; usage?: Usage } = {};
  try {
    const parsed: unknown = JSON.parse(result);
    if (typeof parsed === 'object' && parsed !== null) told = parsed;
  } catch {
    told = { why: result };
  }
  const { why = result, usage = noUsage } = told;
  return new PipelineError('TEACHER_REFUSED', `the teacher refused to answer in a batch: ${why}`, {
    usage,
  });
}
