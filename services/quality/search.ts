/**
 * What the search did, over all files: bits of the code by round, what became of the rewrites, and
 * whether gains follow from length. Bits are of the searched code alone: a sum over all tokens
 * would fall because fluent thoughts are cheap. Pure.
 */
import type { Candidate, FileThoughtBody, SearchReport } from '../../schemas/generated/types.ts';
import { openExactSum } from '../stages/search/exact-sum.ts';

export interface SearchQuality {
  /** Who scored, in which configuration; bits of different ones must not be compared. */
  readonly scorers: readonly {
    readonly model: string;
    readonly configuration: string;
    readonly files: number;
  }[];
  readonly files: number;
  /** Bytes of the code that was scored. */
  readonly targetBytes: number;
  /** Of files that are written at once: in parts, bits of a part alone are not recorded. */
  readonly rounds: {
    readonly files: number;
    readonly targetBytes: number;
    /** Bits per byte of the code after the first thoughts. */
    readonly before: number;
    readonly after: readonly Round[];
  };
  /** Every rewrite that was asked for, by what became of it. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Rewrites by their place in a round: each place is asked for another kind of rewrite. */
  readonly places: readonly Tried[];
  /** Bytes of the thoughts before and after, of files with a thought. */
  readonly thoughtBytes: { readonly before: number; readonly after: number };
  /** Files by how their thoughts grew: a gain that needs length is a gain of length. */
  readonly growth: readonly Growth[];
}

export interface Tried {
  readonly rewrites: number;
  readonly accepted: number;
}

export interface Round extends Tried {
  /** Bits per byte of the code after this round. */
  readonly bitsPerByte: number;
}

export interface Growth {
  /** Bytes of the kept thoughts over those of the first ones, at most; null: more than all. */
  readonly timesMax: number | null;
  readonly files: number;
  /** Share of the bits that these files lost. */
  readonly gain: number;
}

/** Upper ends of the classes of growth. */
const growthEnds: readonly (number | null)[] = [0.9, 1.1, 1.5, 2, null];

export interface Searched extends Pick<FileThoughtBody, 'steps'> {
  readonly search: SearchReport;
}

export interface SearchMeasure {
  add(file: Searched): void;
  /** Null where nothing was searched. */
  report(): SearchQuality | null;
}

export function createSearchMeasure(): SearchMeasure {
  const scorers = new Map<string, number>();
  const outcomes = new Map<string, number>();
  const places: Tried[] = [];
  const thoughtBytes = { before: 0, after: 0 };
  const all = { files: 0, targetBytes: 0 };
  const rounds = createRounds();
  const growth = growthEnds.map((timesMax) => ({ timesMax, files: 0, ...openBits() }));
  return {
    add: ({ steps, search }) => {
      if (search.targetBytes === 0) return;
      all.files += 1;
      all.targetBytes += search.targetBytes;
      const { name, model } = search.scorer;
      const scorer = JSON.stringify([model ?? name, search.configuration]);
      scorers.set(scorer, (scorers.get(scorer) ?? 0) + 1);
      for (const { outcome, ordinal } of search.candidates) {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        places[ordinal] = countTried(places[ordinal], outcome);
      }
      const thoughts = steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : []));
      const after = thoughts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      thoughtBytes.before += search.thoughtBytesBefore;
      thoughtBytes.after += after;
      const times = after / Math.max(1, search.thoughtBytesBefore);
      const grown = growth.find(({ timesMax }) => timesMax === null || times <= timesMax);
      if (grown !== undefined) {
        grown.files += 1;
        grown.before.add(search.bitsBefore);
        grown.after.add(search.bitsAfter);
      }
      if (steps.filter(({ kind }) => kind === 'write').length === 1) rounds.add(search);
    },
    report: () => {
      if (all.files === 0) return null;
      return {
        scorers: [...scorers].sort().map(([scorer, files]) => {
          const [model = '', configuration = ''] = JSON.parse(scorer) as string[];
          return { model, configuration, files };
        }),
        ...all,
        rounds: rounds.report(),
        outcomes: Object.fromEntries([...outcomes].sort()),
        places: Array.from(places, (place) => place ?? untried),
        thoughtBytes,
        growth: growth.map(({ timesMax, files, before, after }) => ({
          timesMax,
          files,
          gain: before.value() === 0 ? 0 : 1 - after.value() / before.value(),
        })),
      };
    },
  };
}

const untried: Tried = { rewrites: 0, accepted: 0 };

function countTried({ rewrites, accepted }: Tried = untried, outcome: string): Tried {
  return { rewrites: rewrites + 1, accepted: accepted + Number(outcome === 'accepted') };
}

function openBits() {
  return { before: openExactSum(), after: openExactSum() };
}

function createRounds() {
  const all = { files: 0, targetBytes: 0 };
  const before = openExactSum();
  const tried: Tried[] = [];
  const gains: ReturnType<typeof openExactSum>[] = [];
  return {
    add: ({ targetBytes, bitsBefore, candidates }: SearchReport) => {
      all.files += 1;
      all.targetBytes += targetBytes;
      before.add(bitsBefore);
      let bits = bitsBefore;
      for (const { round, outcome, bits: reached } of [...candidates].sort(inOrder)) {
        tried[round] = countTried(tried[round], outcome);
        gains[round] ??= openExactSum();
        if (outcome !== 'accepted' || reached === null) continue;
        gains[round].add(bits - reached);
        bits = reached;
      }
    },
    report: (): SearchQuality['rounds'] => {
      const perByte = (bits: number) => (all.targetBytes === 0 ? 0 : bits / all.targetBytes);
      let bits = before.value();
      return {
        ...all,
        before: perByte(bits),
        after: Array.from(tried, (round, at) => {
          bits -= gains[at]?.value() ?? 0;
          return { ...(round ?? untried), bitsPerByte: perByte(bits) };
        }),
      };
    },
  };
}

/** Thoughts are searched one after the other, each round by round. */
function inOrder(a: Candidate, b: Candidate): number {
  return a.thought - b.thought || a.round - b.round || a.ordinal - b.ordinal;
}
