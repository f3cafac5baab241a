/** Gathers the texts a sub-agent may see, plans its reads and asks the teacher for the thought. */
import type {
  FileTaskBody,
  FileTraceBody,
  RepoPlanBody,
  RepoStructureBody,
  Step,
  Usage,
} from '../../../schemas/generated/types.ts';
import { lineRange } from '../../../schemas/lines.ts';
import { byPath, namesBetween } from '../../ports/look-up.ts';
import type { Answer, ThinkRequest } from '../../ports/teacher.ts';
import { buildThinkRequest } from '../../ports/think-request.ts';
import { noUsage, sumUsage } from '../../ports/usage.ts';
import { PipelineError, withUsage } from '../../runtime/errors.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import type { Failure, Tools } from '../../runtime/stage.ts';
import { loadTexts } from '../../runtime/store/repository-texts.ts';
import type { SimulateKnobs } from './config.ts';
import { divideFile } from './parts.ts';
import { plainKindOf, plainKinds } from './plain.ts';
import type { simulateReport } from './report.ts';
import {
  type Dependency,
  fitThought,
  planReads,
  thinkStep,
  writePartStep,
  writeStep,
} from './steps.ts';

type SimulateTools = Tools<'simulate', SimulateKnobs, typeof simulateReport>;

/** Who thought, where nobody did. */
const nobody = { name: 'none', version: '0', model: null, languageModel: false } as const;

/**
 * The trace of a task that the runtime gave up. What may succeed another day fails, so that nothing
 * final is made of it; any other file is written without a thought, or its repository would be
 * lost.
 */
export function givenUp(task: FileTaskBody, { reason, passing, usage }: Failure): FileTraceBody {
  const ending = { ...task, reason, teacher: nobody, ...spent(usage) };
  return passing
    ? { ...ending, status: 'failed', steps: [] }
    : { ...ending, status: 'skipped', steps: [writeStep(task.path)] };
}

export async function simulateFile(
  task: FileTaskBody,
  tools: SimulateTools,
): Promise<FileTraceBody> {
  const { config } = tools;
  const structure = await tools.bodies.load('repo-structure', task.structure);
  const plan = await tools.bodies.load('repo-plan', task.plan);
  const plain = await writePlain(task, structure, tools);
  if (plain !== null) return plain;
  const paths = readablePaths(plan, task).slice(0, config.readsMax);
  const texts = await loadTexts(tools.blobs, structure.repository, [task.path, ...paths]);
  const dependencies = paths.map((path): Dependency => {
    const file = byPath(structure.files, path);
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
  const inParts = await writeInParts(request, tools);
  const teacher = tools.teacher.identity;
  if ('steps' in inParts) {
    const { usage, steps } = inParts;
    return {
      ...task,
      status: 'done',
      reason: null,
      steps: [...reads, ...steps],
      teacher,
      ...spent(usage),
    };
  }
  const answer = await askOrGiveUp(() => think(request, tools)).catch((error: unknown) => {
    throw withUsage(error, inParts.usage);
  });
  const usage = sumUsage([inParts.usage, answer.usage]);
  const write = writeStep(task.path);
  if ('reason' in answer) {
    const { reason } = answer;
    tools.log.warn({ path: task.path, reason }, 'a file is written without a thought');
    tools.count('thoughts_missing');
    return {
      ...task,
      status: 'skipped',
      reason,
      steps: [...reads, write],
      teacher,
      ...spent(usage),
    };
  }
  tools.count('thoughts_written');
  const steps = [...reads, thinkStep(answer.value), write];
  return { ...task, status: 'done', reason: null, steps, teacher, ...spent(usage) };
}

/** What checks refused is told apart from the usage, to which the search adds its own. */
function spent(usage: Usage): Pick<FileTraceBody, 'usage' | 'refused'> {
  return { usage, refused: usage.refused };
}

/** The trace of a file that earns no thought; null for any other. */
async function writePlain(
  task: FileTaskBody,
  { repository, files }: RepoStructureBody,
  tools: SimulateTools,
): Promise<FileTraceBody | null> {
  const file = byPath(files, task.path);
  if (file === undefined) return null;
  const texts = await loadTexts(tools.blobs, repository, [task.path]);
  const kind = plainKindOf(file, texts.get(task.path) ?? '', tools.config);
  if (kind === null) return null;
  tools.count('plain_files');
  const steps = [writeStep(task.path)];
  const reason = plainKinds[kind];
  return { ...task, status: 'plain', reason, steps, teacher: nobody, ...spent(noUsage) };
}

/**
 * Thinks about and writes each part of a long file; only what it cost for a file that is written at
 * once: a short one, or one whose teacher cannot say something about each of its parts.
 */
async function writeInParts(
  request: ThinkRequest,
  tools: SimulateTools,
): Promise<{ readonly steps: readonly Step[]; readonly usage: Usage } | { readonly usage: Usage }> {
  const { config, signal, teacher } = tools;
  const { path, code, structure } = request;
  if (teacher.thinkParts === undefined) return { usage: noUsage };
  const parts = divideFile(code, structure.symbols, config);
  if (parts.length === 1) return { usage: noUsage };
  const ask = teacher.thinkParts;
  const answer = await askOrGiveUp(async () => {
    const { value, usage } = await ask({ ...request, parts }, signal);
    return { value: value.map((thought) => fitted(thought, { path, usage }, tools)), usage };
  });
  const { usage } = answer;
  if ('reason' in answer || answer.value.length !== parts.length) {
    const reason = 'reason' in answer ? answer.reason : 'not one thought for each part';
    tools.log.warn({ path, reason }, 'a long file is written at once');
    tools.count('files_undivided');
    return { usage };
  }
  tools.count('files_divided');
  tools.count('thoughts_written', parts.length);
  const { value } = answer;
  const steps = parts.flatMap((part, at) => [
    thinkStep(value[at] ?? ''),
    writePartStep(path, part),
  ]);
  return { steps, usage };
}

async function think(request: ThinkRequest, tools: SimulateTools): Promise<Answer<string>> {
  const { value, usage } = await tools.teacher.think(request, tools.signal);
  return { value: fitted(value, { path: request.path, usage }, tools), usage };
}

/** The thought, fitted to its limit. */
function fitted(
  value: string,
  { path, usage }: { readonly path: string; readonly usage: Usage },
  tools: SimulateTools,
): string {
  const thought = fitThought(value, tools.config.thoughtBytesMax);
  if (thought === '' || thought.includes('\0')) {
    throw new PipelineError(
      'TEACHER_ANSWER_INVALID',
      `the thought about ${path} is empty or holds NUL`,
      { subject: path, usage },
    );
  }
  if (thought.length < value.trim().length) {
    const bytes = Buffer.byteLength(value);
    tools.log.warn({ path, bytes }, 'thought cut at simulate.thoughtBytesMax');
  }
  return thought;
}

/** The file's dependencies that are written before it (I3), most important first. */
function readablePaths(plan: RepoPlanBody, task: FileTaskBody): string[] {
  const planned = byPath(plan.files, task.path);
  if (planned === undefined) throw missing(task.path);
  const { dependsOn, ordinal } = planned;
  return dependsOn.filter((path) => (byPath(plan.files, path)?.ordinal ?? ordinal) < ordinal);
}

function missing(path: string): PipelineError {
  return new PipelineError('RECORD_INVALID', `the plan or structure does not know ${path}`, {
    subject: path,
  });
}
