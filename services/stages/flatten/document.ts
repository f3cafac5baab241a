/**
 * Joins a repository's parts into one sequence: task, requirements, plan, then for every file its
 * sub-agent's reads, thoughts and write. What is too long for that becomes episodes, each with a
 * document of its own. Code and observations are cut from the content blob here
 * and nowhere else (I3), and every admitted file is written exactly once (I1). Pure.
 */
import { isUtf8 } from 'node:buffer';
import type {
  FileThoughtBody,
  RepoPlanBody,
  RepoStructureBody,
  Segment,
  TrajectoryFile,
} from '../../../schemas/generated/types.ts';
import { renderTrajectory, type TextSegment } from '../../../schemas/trajectory-text.ts';
import type { FileRange } from '../../ports/division.ts';
import { sha256 } from '../../runtime/ids.ts';
import { segment, segmentFiles } from './file-segments.ts';
import { invalid } from './invalid.ts';
import { type EpisodeLimits, layOut } from './openings.ts';

export interface Parts {
  readonly structure: RepoStructureBody;
  readonly plan: RepoPlanBody;
  /** One per file, in writing order; each must end with a write. */
  readonly thoughts: readonly FileThoughtBody[];
  /** All admitted files concatenated; the repository's file list gives their offsets. */
  readonly content: Buffer;
}

export interface FlattenLimits extends EpisodeLimits {
  readonly writesWithoutThought: 'trained' | 'masked';
}

export interface Flattened extends FileRange {
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

/** The documents of a repository in writing order: one, or one for each episode. */
export function flattenRepository(parts: Parts, limits: FlattenLimits): Flattened[] {
  checkPlan(parts);
  const { structure, plan, thoughts } = parts;
  const written = segmentFiles(thoughts, { files: plan.files, texts: readTexts(parts) });
  const thoughtless = thoughts.filter(({ status }) => status === 'skipped');
  const masked = limits.writesWithoutThought === 'masked' ? thoughtless : [];
  const maskedWrites = new Set(masked.map(({ path }) => path));
  const listed = listFiles(parts);
  const before = new Set<string>();
  return layOut({ structure, plan }, written, limits).map(({ opening, from, to }) => {
    const own = written.slice(from, to);
    const steps = own.flatMap(({ segments }) => segments.map((each) => markEarlier(each, before)));
    const segments = [...opening, ...steps, segment('done', '')];
    for (const { path } of own) before.add(path);
    const files = listed.slice(from, to);
    return { ...renderDocument(segments, maskedWrites), files, from, to };
  });
}

/** Says of an observation whether its file was written in an episode before this one. */
function markEarlier(each: TextSegment, before: ReadonlySet<string>): TextSegment {
  const isEarlier = each.kind === 'observe' && each.path !== null && before.has(each.path);
  return isEarlier ? { ...each, earlier: true } : each;
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
