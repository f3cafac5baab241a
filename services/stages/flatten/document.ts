/**
 * Joins a repository's parts into one sequence: task, requirements, plan, then for every file its
 * sub-agent's reads, thoughts and write. Code and observations are cut from the content blob here
 * and nowhere else (I3), and every admitted file is written exactly once (I1). Pure.
 */
import { isUtf8 } from 'node:buffer';
import type {
  FileThoughtBody,
  RepoPlanBody,
  RepoStructureBody,
  Segment,
  Step,
  TrajectoryFile,
} from '../../../schemas/generated/types.ts';
import { countLines, lineRange } from '../../../schemas/lines.ts';
import { renderTrajectory, type TextSegment } from '../../../schemas/trajectory-text.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { describeFile, describePlan, describeTask, endLine } from './wording.ts';

export interface Parts {
  readonly structure: RepoStructureBody;
  readonly plan: RepoPlanBody;
  /** One per file, in writing order; each must end with a write. */
  readonly thoughts: readonly FileThoughtBody[];
  /** All admitted files concatenated; the repository's file list gives their offsets. */
  readonly content: Buffer;
}

export interface FlattenLimits {
  readonly writesWithoutThought: 'trained' | 'masked';
}

export interface Flattened {
  readonly document: Buffer;
  readonly segments: readonly Segment[];
  readonly files: readonly TrajectoryFile[];
}

/** The first file that prevents a trajectory, with the reason; null if there is none. */
export function findFailure(
  thoughts: readonly FileThoughtBody[],
): { readonly path: string; readonly reason: string } | null {
  for (const thought of thoughts) {
    if (thought.status === 'failed') {
      return { path: thought.path, reason: thought.reason ?? 'no reason given' };
    }
    // A skipped file may still hold a write; without one, the trajectory would lose the file.
    if (thought.status === 'skipped' && !thought.steps.some((step) => step.kind === 'write')) {
      return { path: thought.path, reason: thought.reason ?? 'it was skipped' };
    }
  }
  return null;
}

export function flattenRepository(parts: Parts, limits: FlattenLimits): Flattened {
  checkPlan(parts);
  const texts = readTexts(parts);
  const written = new Set<string>();
  const segments: TextSegment[] = [
    segment('backstory', '', parts.structure.repository.name),
    segment('task', describeTask(parts.structure)),
    // A teacher that could not be made to plan leaves no requirements.
    ...(parts.plan.requirements === ''
      ? []
      : [segment('requirements', endLine(parts.plan.requirements))]),
    segment('plan', describePlan(parts.plan)),
  ];
  for (const [ordinal, thought] of parts.thoughts.entries()) {
    const planned = parts.plan.files[ordinal];
    if (planned === undefined) throw invalid(thought.path, 'it is not in the plan');
    segments.push(segment('file', describeFile(planned), thought.path));
    segments.push(...fileSegments(thought, texts, written));
    written.add(thought.path);
  }
  segments.push(segment('done', ''));
  const thoughtless = parts.thoughts.filter(({ status }) => status === 'skipped');
  const masked = limits.writesWithoutThought === 'masked' ? thoughtless : [];
  const maskedWrites = new Set(masked.map(({ path }) => path));
  return { ...renderDocument(segments, maskedWrites), files: listFiles(parts) };
}

/** Plan, parts and admitted files must be the same set; otherwise a file is lost or invented. */
function checkPlan({ structure, plan, thoughts }: Parts): void {
  const planned = plan.files.map((file) => file.path);
  const admitted = new Set(structure.repository.files.map((file) => file.path));
  if (planned.length !== admitted.size || new Set(planned).size !== admitted.size) {
    throw invalid(structure.repository.name, 'its plan does not hold every admitted file once');
  }
  if (thoughts.length !== planned.length) {
    throw invalid(structure.repository.name, 'it has not one part for every planned file');
  }
  for (const [ordinal, path] of planned.entries()) {
    if (!admitted.has(path)) throw invalid(path, 'the plan names it but it was not admitted');
    if (thoughts[ordinal]?.path !== path)
      throw invalid(path, 'its part is not where the plan says');
  }
}

/** Every admitted file as text. The hash must match, because only admit decides the bytes. */
function readTexts({ structure, content }: Parts): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of structure.repository.files) {
    const bytes = content.subarray(file.offset, file.offset + file.bytes);
    if (sha256(bytes) !== file.sha256) throw invalid(file.path, 'its bytes do not fit their hash');
    if (!isUtf8(bytes)) throw invalid(file.path, 'it is not UTF-8');
    texts.set(file.path, bytes.toString('utf8'));
  }
  return texts;
}

/**
 * Renders `(read observe)* think+ write`, for a skipped file without `think`, with references
 * replaced by their bytes.
 */
function fileSegments(
  thought: FileThoughtBody,
  texts: ReadonlyMap<string, string>,
  written: ReadonlySet<string>,
): TextSegment[] {
  checkSteps(thought);
  return thought.steps.flatMap((step) => {
    if (step.kind === 'think') return [segment('think', endLine(step.text ?? ''))];
    const path = step.path ?? '';
    const text = texts.get(path);
    if (text === undefined) throw invalid(thought.path, `a step names ${path}, which is no file`);
    if (step.kind === 'write') return [segment('write', text, path)];
    if (!written.has(path)) {
      throw invalid(thought.path, `it reads ${path}, which is not written yet`);
    }
    return readSegments(thought.path, step, path, text);
  });
}

function readSegments(reader: string, step: Step, path: string, text: string): TextSegment[] {
  const { fromLine, toLine } = step;
  const whole = fromLine === 0 && toLine === 0;
  if (!whole && (fromLine < 1 || toLine < fromLine || toLine > countLines(text))) {
    throw invalid(reader, `it reads lines ${fromLine}-${toLine} of ${path}, which has not so many`);
  }
  const lines = whole ? null : ([fromLine, toLine] as const);
  return [
    { kind: 'read', path, lines, body: '' },
    { kind: 'observe', path, lines, body: lineRange(text, fromLine, toLine) },
  ];
}

function checkSteps(thought: FileThoughtBody): void {
  const shape = thought.steps.map((step) => step.kind[0]).join('');
  const expected = thought.status === 'skipped' ? /^r*w$/ : /^r*t+w$/;
  if (!expected.test(shape)) {
    throw invalid(thought.path, 'its steps are not reads, then thoughts, then one write');
  }
  if (thought.steps.at(-1)?.path !== thought.path) {
    throw invalid(thought.path, 'it writes another file');
  }
}

function renderDocument(
  segments: readonly TextSegment[],
  maskedWrites: ReadonlySet<string>,
): Pick<Flattened, 'document' | 'segments'> {
  const chunks: Buffer[] = [];
  const spans: Segment[] = [];
  let start = 0;
  for (const { kind, text, path, ...rendered } of renderTrajectory(segments)) {
    const masked = kind === 'write' && path !== null && maskedWrites.has(path);
    const trained = rendered.trained && !masked;
    const bytes = Buffer.from(text, 'utf8');
    chunks.push(bytes);
    spans.push({ kind, trained, start, end: start + bytes.byteLength, path });
    start += bytes.byteLength;
  }
  return { document: Buffer.concat(chunks), segments: spans };
}

function listFiles({ structure, plan }: Parts): TrajectoryFile[] {
  const admitted = new Map(structure.repository.files.map((file) => [file.path, file]));
  return plan.files.map(({ path }) => {
    const file = admitted.get(path);
    if (file === undefined) throw invalid(path, 'the plan names it but it was not admitted');
    return { path, bytes: file.bytes, sha256: file.sha256 };
  });
}

function segment(kind: TextSegment['kind'], body: string, path: string | null = null): TextSegment {
  return { kind, path, lines: null, body };
}

function invalid(subject: string, what: string): PipelineError {
  return new PipelineError('RECORD_INVALID', `${subject} cannot be flattened: ${what}`, {
    subject,
  });
}
