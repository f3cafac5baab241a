/** Gathers the texts a sub-agent may see, plans its reads and asks the teacher for the thought. */

import type {
  FileTaskBody,
  FileTraceBody,
  RepoPlanBody,
} from '../../../schemas/generated/types.ts';
import { lineRange } from '../../../schemas/lines.ts';
import { buildThinkRequest } from '../../ports/think-request.ts';
import { noUsage } from '../../ports/usage.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { Tools } from '../../runtime/stage.ts';
import { loadTexts } from '../../runtime/store/repository-texts.ts';
import type { SimulateKnobs } from './config.ts';
import type { simulateReport } from './report.ts';
import {
  type Dependency,
  fitThought,
  namesBetween,
  planReads,
  thinkStep,
  writeStep,
} from './steps.ts';

type SimulateTools = Tools<'simulate', SimulateKnobs, typeof simulateReport>;

/** Teacher and usage of a trace for which no teacher was called. */
export const nobody = {
  teacher: { name: 'none', version: '0', model: null, languageModel: false },
  usage: noUsage,
} as const;

export async function simulateFile(
  task: FileTaskBody,
  tools: SimulateTools,
): Promise<FileTraceBody> {
  const { config } = tools;
  const structure = await tools.bodies.load('repo-structure', task.structure);
  const plan = await tools.bodies.load('repo-plan', task.plan);
  const paths = readablePaths(plan, task).slice(0, config.readsMax);
  const texts = await loadTexts(tools.blobs, structure.repository, [task.path, ...paths]);
  const dependencies = paths.map((path): Dependency => {
    const file = structure.files.find((candidate) => candidate.path === path);
    if (file === undefined) throw missing(path);
    return {
      path,
      text: texts.get(path) ?? '',
      structure: file,
      names: namesBetween(structure.edges, task.path, path),
    };
  });
  const reads = planReads(texts.get(task.path) ?? '', dependencies, config);
  const request = buildThinkRequest(structure, plan, task.path, reads, (path, from, to) =>
    lineRange(texts.get(path) ?? '', from, to),
  );
  const { value, usage } = await tools.teacher.think(request, tools.signal);
  const thought = fitThought(value, config.thoughtBytesMax);
  if (thought === '' || thought.includes('\0')) {
    throw new PipelineError(
      'TEACHER_ANSWER_INVALID',
      `the thought about ${task.path} is empty or holds NUL`,
      {
        subject: task.path,
      },
    );
  }
  if (thought.length < value.trim().length) {
    tools.log.warn(
      { path: task.path, bytes: Buffer.byteLength(value) },
      'thought cut at simulate.thoughtBytesMax',
    );
  }
  tools.count('thoughts_written');
  return {
    ...task,
    status: 'done',
    reason: null,
    steps: [...reads, thinkStep(thought), writeStep(task.path)],
    teacher: tools.teacher.identity,
    usage,
  };
}

/** The file's dependencies that are written before it (I3), most important first. */
function readablePaths(plan: RepoPlanBody, task: FileTaskBody): string[] {
  const planned = plan.files.find((file) => file.path === task.path);
  if (planned === undefined) throw missing(task.path);
  const ordinals = new Map(plan.files.map((file) => [file.path, file.ordinal]));
  return planned.dependsOn.filter(
    (path) => (ordinals.get(path) ?? planned.ordinal) < planned.ordinal,
  );
}

function missing(path: string): PipelineError {
  return new PipelineError('RECORD_INVALID', `the plan or structure does not know ${path}`, {
    subject: path,
  });
}
