/**
 * The segments of one file: its task, its sub-agent's reads and thoughts, its write. References
 * become bytes here: a write or an observation is cut from the admitted text (I3). Pure.
 */
import type { FileThoughtBody, PlannedFile, Step } from '../../../schemas/generated/types.ts';
import { countLines, lineRange } from '../../../schemas/lines.ts';
import type { TextSegment } from '../../../schemas/trajectory-text.ts';
import { invalid } from './invalid.ts';
import { describeFile, endLine } from './wording.ts';

export interface Repository {
  readonly files: readonly PlannedFile[];
  readonly texts: ReadonlyMap<string, string>;
}

export interface FileSegments {
  readonly path: string;
  readonly segments: readonly TextSegment[];
}

/** Of every part, in writing order. */
export function segmentFiles(
  thoughts: readonly FileThoughtBody[],
  { files, texts }: Repository,
): FileSegments[] {
  const written = new Set<string>();
  return thoughts.map((thought, ordinal) => {
    const { path } = thought;
    const planned = files[ordinal];
    if (planned === undefined) throw invalid(path, 'it is not in the plan');
    const task = segment('file', describeFile(planned), path);
    const segments = [task, ...stepSegments(thought, texts, written)];
    written.add(path);
    return { path, segments };
  });
}

/**
 * Renders `(read observe)* (think+ write)+`, for a file without a thought without `think`, with
 * references replaced by their bytes.
 */
function stepSegments(
  thought: FileThoughtBody,
  texts: ReadonlyMap<string, string>,
  written: ReadonlySet<string>,
): TextSegment[] {
  checkSteps(thought, texts);
  return thought.steps.flatMap((step) => {
    if (step.kind === 'think') return [segment('think', endLine(step.text ?? ''))];
    const path = step.path ?? '';
    const text = texts.get(path);
    if (text === undefined) throw invalid(thought.path, `a step names ${path}, which is no file`);
    if (step.kind === 'write') return [writeSegment(step, path, text)];
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

function writeSegment({ fromLine, toLine }: Step, path: string, text: string): TextSegment {
  const lines = fromLine === 0 ? null : ([fromLine, toLine] as const);
  return { kind: 'write', path, lines, body: lineRange(text, fromLine, toLine) };
}

function checkSteps(thought: FileThoughtBody, texts: ReadonlyMap<string, string>): void {
  const shape = thought.steps.map((step) => step.kind[0]).join('');
  const expected = thought.status === 'done' ? /^r*(?:t+w)+$/ : /^r*w$/;
  if (!expected.test(shape)) {
    throw invalid(thought.path, 'its steps are not reads, then thoughts before each write');
  }
  const writes = thought.steps.filter(({ kind }) => kind === 'write');
  if (writes.some(({ path }) => path !== thought.path)) {
    throw invalid(thought.path, 'it writes another file');
  }
  const [{ fromLine, toLine } = { fromLine: 0, toLine: 0 }] = writes;
  if (writes.length === 1 && fromLine === 0 && toLine === 0) return;
  let end = 0;
  for (const write of writes) {
    if (write.fromLine !== end + 1 || write.toLine < write.fromLine) {
      throw invalid(thought.path, 'its parts do not follow one another');
    }
    end = write.toLine;
  }
  if (end !== countLines(texts.get(thought.path) ?? '')) {
    throw invalid(thought.path, 'its parts are not the whole file');
  }
}

export function segment(
  kind: TextSegment['kind'],
  body: string,
  path: string | null = null,
): TextSegment {
  return { kind, path, lines: null, body };
}
