/**
 * Scores texts with a GGUF file: the keys and values of a context are kept, and a thought with the
 * code after it is taken off again. A context is always read in the same pieces, and only whole
 * pieces are shared with another one, so that bits do not depend on what was scored before.
 */
import type { Scored } from '../../ports/scorer.ts';
import type { ScoredParts } from '../probed-scorer.ts';
import { bitsOf, sumOf } from '../server-answer.ts';
import { UnusableAnswer } from '../unusable-answer.ts';
import type { Context, Model, Sequence, Token } from './library.ts';
import { tokenEnds } from './token-ends.ts';

/** Contexts that are kept: as many as files are searched at once by default. */
const placesMax = 4;
/** Tokens of one forward. */
const pieceTokens = 512;
/** Room is made for this many at first, then for twice as many whenever a text needs more. */
const roomTokensMin = 2048;

export interface LlamaEngine {
  /** Throws UnusableAnswer for what this model cannot score. */
  score(parts: ScoredParts): Promise<Scored>;
}

/** A sequence, and the context that is at its beginning. */
interface Place {
  readonly sequence: Sequence;
  context: readonly Token[];
}

interface Room {
  readonly context: Context;
  readonly tokens: number;
  /** The least recently used first. */
  readonly places: Place[];
}

/** `alive` is called after each forward. */
export function openEngine(model: Model, threads: number, alive: () => void): LlamaEngine {
  let room: Room | null = null;

  const roomFor = async (tokens: number): Promise<Room> => {
    if (tokens > model.trainContextSize) {
      throw new UnusableAnswer(
        `the text has ${tokens} tokens, and the model was trained on ${model.trainContextSize} at most`,
      );
    }
    if (room !== null && tokens <= room.tokens) return room;
    await room?.context.dispose();
    room = null;
    let size = roomTokensMin;
    while (size < tokens) size *= 2;
    size = Math.min(size, model.trainContextSize);
    const context = await createContext(model, size, threads);
    const sequences = Array.from({ length: placesMax }, () => context.getSequence());
    if (sequences.some(({ needsCheckpoints }) => needsCheckpoints)) {
      await context.dispose();
      throw new UnusableAnswer('it is recurrent, and going back in it is not exact');
    }
    const places = sequences.map((sequence): Place => ({ sequence, context: [] }));
    room = { context, tokens: size, places };
    return room;
  };

  /** Reads all but the last token of a context, which each thought begins with. */
  const placeOf = async ({ places }: Room, context: readonly Token[]): Promise<Place> => {
    const known = places.findIndex((place) => isSame(place.context, context));
    // One that shares its beginning may be needed again: only the oldest gives way.
    const [place] = places.splice(Math.max(known, 0), 1);
    if (place === undefined) throw new Error('a room has no places');
    places.push(place);
    const kept = known < 0 ? sharedTokens(place.context, context) : context.length - 1;
    await cut(place.sequence, kept);
    // What is read only in part is not taken for this context.
    place.context = context.slice(0, kept);
    for (let from = kept; from < context.length - 1; from += pieceTokens) {
      const piece = context.slice(from, Math.min(from + pieceTokens, context.length - 1));
      await place.sequence.evaluateWithoutGeneratingNewTokens(piece);
      alive();
    }
    place.context = context;
    return place;
  };

  /** Nats of each token of the target. */
  const read = async (
    { sequence, context }: Place,
    thought: readonly Token[],
    target: readonly Token[],
  ): Promise<number[]> => {
    const before = [...context.slice(-1), ...thought];
    const text = [...before, ...target.slice(0, -1)];
    // What the library leaves out is no number, which no sum passes over.
    const logprobs = target.map(() => Number.NaN);
    for (let from = 0; from < text.length; from += pieceTokens) {
      const piece = text.slice(from, from + pieceTokens);
      await sequence.controlledEvaluate(
        piece.map((token, at) =>
          from + at < before.length - 1
            ? token
            : [token, { generateNext: { probabilities: true } }],
        ),
        {
          onTokenResult: (at, { next }) => {
            const row = from + at - (before.length - 1);
            logprobs[row] = Math.log(next.probabilities?.get(target[row] ?? -1) ?? 0);
            // It has an entry for each token of the vocabulary, and would be kept for each row.
            delete next.probabilities;
          },
        },
      );
      alive();
    }
    return logprobs;
  };

  return {
    score: async ({ context, thought, target }) => {
      const { tokens: own } = model;
      const beginning = own.shouldPrependBosToken && own.bos !== null ? [own.bos] : [];
      const ids = (text: string) =>
        text === '' ? [] : model.tokenize(text, false, 'trimLeadingSpace');
      const code = ids(target);
      if (code.length === 0) return { bits: 0, tokens: [] };
      const ends = tokenEnds(code, target, (some) => model.detokenize(some));
      if (ends === null) throw new UnusableAnswer('its tokens do not spell the code');
      const [before, z] = [[...beginning, ...ids(context)], ids(thought)];
      const room = await roomFor(before.length + z.length + code.length);
      const logprobs = await read(await placeOf(room, before), z, code);
      const bits = bitsOf(logprobs);
      return {
        bits: sumOf(bits),
        tokens: bits.map((each, at) => ({ bits: each, end: ends[at] ?? target.length })),
      };
    },
  };
}

async function createContext(model: Model, size: number, threads: number): Promise<Context> {
  try {
    return await model.createContext({
      ...{ contextSize: size, sequences: placesMax, batchSize: pieceTokens, threads },
      // It adds in another order; a full cache lets models with a window go back, too.
      ...{ flashAttention: false, swaFullCache: true },
    });
  } catch (error) {
    throw new UnusableAnswer(`no room for ${size} tokens: ${(error as Error).message}`);
  }
}

function isSame(one: readonly Token[], other: readonly Token[]): boolean {
  return one.length === other.length && one.every((token, at) => token === other[at]);
}

/** How many tokens of another context need not be read again; the last one is read each time. */
function sharedTokens(kept: readonly Token[], wanted: readonly Token[]): number {
  const readable = Math.min(kept.length, wanted.length) - 1;
  let same = 0;
  while (same < readable && kept[same] === wanted[same]) same += 1;
  return same - (same % pieceTokens);
}

/** Takes off what stands after so many tokens. */
async function cut(sequence: Sequence, tokens: number): Promise<void> {
  const end = sequence.nextTokenIndex;
  if (end > tokens) await sequence.eraseContextTokenRanges([{ start: tokens, end }]);
}
