/**
 * Scores one request with one model: the context is learned once, then each thought and the target
 * after it, and the model goes back to the end of the context before the next. Pure; the result
 * depends on the request alone, not on what was scored before.
 */
import type { Scored, ScoreRequest, TokenBits } from '../../ports/scorer.ts';
import { tailBytes } from '../tail.ts';
import { contextsKept } from './kept.ts';
import { ByteModel } from './model.ts';
import { primer } from './primer.ts';

export interface ByteScorer {
  score(request: ScoreRequest): number[];
  /** A line counts as one token, because nobody needs to know more of a single byte. */
  scoreTokens(request: ScoreRequest): Scored[];
}

const encoder = new TextEncoder();

/** Makes a scorer that keeps the tail of a longer context. */
export function createByteScorer(
  contextBytesMax: number,
  model: Pick<ByteModel, 'code' | 'save' | 'restore'> = new ByteModel(),
): ByteScorer {
  model.code(encoder.encode(primer));
  const primed = model.save();
  // One file is scored several times, interleaved with other files under search. The map is in
  // order of use, the least recent first.
  const states = new Map<string, Uint8Array>();

  const stateAfter = (context: string): Uint8Array => {
    let state = states.get(context);
    if (state === undefined) {
      model.restore(primed);
      model.code(tailBytes(encoder.encode(context), contextBytesMax));
      state = model.save(dropOldest());
    }
    states.delete(context);
    states.set(context, state);
    return state;
  };

  /** Makes room for one more; to take memory anew costs as much as to read 2 KB. */
  const dropOldest = (): Uint8Array | undefined => {
    const [oldest] = states.size < contextsKept ? [] : states;
    if (oldest !== undefined) states.delete(oldest[0]);
    return oldest?.[1];
  };

  const scoreEach = <Value>(
    { context, thoughts, target }: ScoreRequest,
    scoreTarget: (bytes: Uint8Array) => Value,
  ): Value[] => {
    const state = stateAfter(context);
    const bytes = encoder.encode(target);
    return thoughts.map((thought) => {
      model.restore(state);
      model.code(encoder.encode(thought));
      return scoreTarget(bytes);
    });
  };

  return {
    score: (request) => scoreEach(request, (bytes) => model.code(bytes)),
    scoreTokens: (request) =>
      scoreEach(request, (bytes) => {
        const perByte = new Float64Array(bytes.length);
        const bits = model.code(bytes, perByte);
        return { bits, tokens: perLine(request.target, perByte) };
      }),
  };
}

/** One token for each line of the target. */
function perLine(target: string, perByte: Float64Array): TokenBits[] {
  const tokens: TokenBits[] = [];
  let [end, byte] = [0, 0];
  for (const line of target.split(/(?<=\n)/)) {
    end += line.length;
    const upTo = byte + Buffer.byteLength(line);
    let bits = 0;
    for (; byte < upTo; byte += 1) bits += perByte[byte] ?? 0;
    tokens.push({ end, bits });
  }
  return tokens;
}
