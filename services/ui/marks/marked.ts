/** Marks of one output: shown to everyone who may read, added where the page has that right. */
import { type Mark, markSchema } from '../../../schemas/marks.ts';
import type { MarkVerdict } from '../../../schemas/verdicts.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { bodyOf } from '../reading/document.ts';
import type { ServedOutput } from '../reading/served-output.ts';
import { openMarks } from './mark-file.ts';
import {
  countVerdicts,
  type MarkFilter,
  type MarkPage,
  type MarksOfSample,
  pickMarks,
} from './view.ts';

export interface Marked {
  page(filter: MarkFilter, from: number, count: number): Promise<MarkPage>;
  ofSample(id: string): Promise<MarksOfSample>;
  add(step: MarkedStep): Promise<Mark>;
  /** All of them, a JSON object a line. */
  lines(): Promise<string>;
}

export interface MarkedStep {
  readonly id: string;
  readonly segment: number;
  readonly verdict: MarkVerdict | null;
  readonly note: string;
}

export function createMarked(
  output: ServedOutput,
  mayChange: boolean,
  timeMs: () => number,
): Marked {
  const { runFolder } = output;
  const file = runFolder === null ? null : openMarks(runFolder);
  const mayMark = mayChange && file !== null;
  const list = async () => (await file?.list()) ?? { marks: [], damaged: 0 };
  return {
    page: async (filter, from, count) => {
      const { marks, damaged } = await list();
      const found = pickMarks(marks, filter);
      return {
        ...{ marks: found.slice(from, from + count), matched: found.length, from, damaged },
        ...{ counts: countVerdicts(marks), mayMark },
        why: file === null ? 'marks are kept beside an output in a folder, not in a bucket' : null,
      };
    },
    ofSample: async (id) => {
      const { marks } = await list();
      return { marks: marks.filter(({ sampleId }) => sampleId === id), mayMark };
    },
    add: async (step) => {
      if (file === null || !mayMark) {
        throw new PipelineError('USAGE', 'marks are kept beside an output in a folder only');
      }
      const mark = await markOf(output, step, timeMs());
      await file.add(mark);
      return mark;
    },
    lines: async () => (await list()).marks.map((mark) => `${JSON.stringify(mark)}\n`).join(''),
  };
}

/** What the step is comes from the output, not from the page. */
async function markOf(
  output: ServedOutput,
  { id, segment, verdict, note }: MarkedStep,
  atMs: number,
): Promise<Mark> {
  const document = await output.document(id);
  const step = document.segments[segment];
  if (step === undefined) {
    throw new PipelineError('USAGE', `trajectory ${id} has no step ${segment}`, { subject: id });
  }
  const { kind, path } = step;
  return markSchema.parse({
    format: 1,
    ...{ sampleId: id, segment, verdict, note, atMs, name: document.overview.name, path, kind },
    textSha256: sha256(bodyOf(document, segment)),
  });
}
