/** Hand-built parts of a repository, as they reach flatten, for tests that need no teacher. */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  FileThoughtBody,
  ModelIdentity,
  RepoPlanBody,
  RepoStructureBody,
  Step,
} from '../../../schemas/generated/types.ts';
import { countLines } from '../../../schemas/lines.ts';
import { sha256 } from '../../../services/runtime/ids.ts';

export interface SampleFile {
  readonly path: string;
  readonly text: string;
  readonly purpose?: string;
  readonly thoughts?: readonly string[];
  /** Earlier files read, whole or some lines. */
  readonly reads?: readonly (readonly [path: string, fromLine: number, toLine: number])[];
  /** Lines of each part, if the file is written in parts; the thoughts stand before each. */
  readonly linesOfPart?: number;
}

export const sampleTeacher: ModelIdentity = {
  name: 'hand',
  version: '1',
  model: null,
  languageModel: false,
};

const usage = {
  calls: 1,
  promptTokens: 10,
  completionTokens: 5,
  microDollars: 2,
  refused: {},
  finish: {},
};
const nowhere = { sha256: '0'.repeat(64), bytes: 0 };

export interface SampleParts {
  readonly structure: RepoStructureBody;
  readonly plan: RepoPlanBody;
  readonly thoughts: FileThoughtBody[];
  readonly content: Buffer;
}

/** Files in writing order; the content blob holds them in path order, as admit stores them. */
export function sampleParts(name: string, files: readonly SampleFile[]): SampleParts {
  const byPath = [...files].sort((a, b) => compareText(a.path, b.path));
  let offset = 0;
  const admitted = byPath.map((file) => {
    const bytes = Buffer.from(file.text, 'utf8');
    offset += bytes.byteLength;
    return {
      path: file.path,
      offset: offset - bytes.byteLength,
      bytes: bytes.byteLength,
      sha256: sha256(bytes),
      redactions: 0,
      redacted: {},
      marked: {},
    };
  });
  return {
    structure: {
      repository: {
        name,
        origin: name,
        commit: null,
        licence: { expression: 'MIT', evidence: [] },
        content: nowhere,
        files: admitted,
        skipped: [],
        hosted: null,
      },
      files: byPath.map((file) => ({
        path: file.path,
        language: file.path.split('.').at(-1) ?? 'text',
        parser: 'none',
        errorRatio: 0,
        lines: countLines(file.text),
        symbols: [],
        externals: [],
        note: null,
      })),
      edges: [],
      unresolved: [],
      order: files.map((file) => file.path),
    },
    plan: {
      structure: nowhere,
      requirements: `The project ${name} must work.`,
      architecture: 'Every file stands on the ones before it.',
      files: files.map((file, ordinal) => ({
        path: file.path,
        ordinal,
        purpose: file.purpose ?? `Holds ${file.path}.`,
        dependsOn: [...new Set((file.reads ?? []).map(([path]) => path))],
        offers: [],
        module: null,
      })),
      teacher: sampleTeacher,
      usage,
      modules: [],
      lacks: [],
    },
    thoughts: files.map((file, ordinal) => sampleThought(file, ordinal, files.length)),
    content: Buffer.from(byPath.map((file) => file.text).join(''), 'utf8'),
  };
}

function sampleThought(file: SampleFile, ordinal: number, of: number): FileThoughtBody {
  const reads = (file.reads ?? []).map(
    ([path, fromLine, toLine]): Step => ({ kind: 'read', path, fromLine, toLine, text: null }),
  );
  const thinks = (file.thoughts ?? [`I write ${file.path} now.`]).map(
    (text): Step => ({ kind: 'think', path: null, fromLine: 0, toLine: 0, text }),
  );
  const write: Step = { kind: 'write', path: file.path, fromLine: 0, toLine: 0, text: null };
  const works = partEnds(file).flatMap(([fromLine, toLine]) => [
    ...thinks,
    { ...write, fromLine, toLine },
  ]);
  return {
    path: file.path,
    ordinal,
    of,
    structure: nowhere,
    plan: nowhere,
    status: 'done',
    reason: null,
    steps: [...reads, ...(works.length > 1 ? works : [...thinks, write])],
    teacher: sampleTeacher,
    usage,
    refused: {},
    search: null,
  };
}

/** First and last line of each part of a file that is written in parts. */
function partEnds({ text, linesOfPart = 0 }: SampleFile): [number, number][] {
  const lines = countLines(text);
  const parts = linesOfPart === 0 ? 0 : Math.ceil(lines / linesOfPart);
  return Array.from({ length: parts }, (_unused, at) => [
    at * linesOfPart + 1,
    Math.min(lines, (at + 1) * linesOfPart),
  ]);
}
