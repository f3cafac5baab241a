/**
 * Whole examples for a reader: a few plans, files with their thoughts and files without. They are
 * chosen by a hash of their place, so that every one has the same chance and the same output shows
 * the same ones, and memory holds only those chosen. Pure.
 */
import type { MaskedSegment, Sample } from '../dataset/samples.ts';
import { sha256 } from '../runtime/ids.ts';

export interface Example {
  readonly sampleId: string;
  readonly name: string;
  /** The file; null for a plan. */
  readonly path: string | null;
  readonly segments: readonly MaskedSegment[];
}

export interface Examples {
  readonly plans: readonly Example[];
  readonly thoughts: readonly Example[];
  /** Files written without a thought. */
  readonly thoughtless: readonly Example[];
  /** Too large to be an example: none is cut. */
  readonly tooLarge: number;
}

export interface ExampleChooser {
  addDocument(sample: Sample): void;
  report(): Examples;
}

const shown = { plans: 2, thoughts: 10, thoughtless: 3 } as const;
type ExampleKind = keyof typeof shown;
const bytesMax = 64 * 1024;

interface Ranked {
  readonly rank: string;
  readonly example: Example;
}

export function createExamples(): ExampleChooser {
  const chosen: Record<ExampleKind, Ranked[]> = { plans: [], thoughts: [], thoughtless: [] };
  let tooLarge = 0;
  const offer = (kind: ExampleKind, example: Example) => {
    const bytes = example.segments.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
    if (bytes > bytesMax) {
      tooLarge += 1;
      return;
    }
    const rank = sha256(JSON.stringify([example.sampleId, example.path]));
    const ranked = [...chosen[kind], { rank, example }].sort((a, b) => (a.rank < b.rank ? -1 : 1));
    chosen[kind] = ranked.slice(0, shown[kind]);
  };
  const examplesOf = (kind: ExampleKind) => chosen[kind].map(({ example }) => example);
  return {
    addDocument: ({ overview: { id: sampleId, name }, segments }) => {
      const plan = segments.filter(({ kind }) => ['task', 'requirements', 'plan'].includes(kind));
      offer('plans', { sampleId, name, path: null, segments: plan });
      for (const file of filesOf(segments)) {
        const kind = file.some((each) => each.kind === 'think') ? 'thoughts' : 'thoughtless';
        offer(kind, { sampleId, name, path: file.at(-1)?.path ?? null, segments: file });
      }
    },
    report: () => ({
      plans: examplesOf('plans'),
      thoughts: examplesOf('thoughts'),
      thoughtless: examplesOf('thoughtless'),
      tooLarge,
    }),
  };
}

/** The segments of each file, from its `file` to its last `write`. */
export function filesOf(segments: readonly MaskedSegment[]): MaskedSegment[][] {
  const files: MaskedSegment[][] = [];
  for (const segment of segments) {
    if (segment.kind === 'done') break;
    if (segment.kind === 'file') files.push([segment]);
    else files.at(-1)?.push(segment);
  }
  return files.filter((file) => file.at(-1)?.kind === 'write');
}
