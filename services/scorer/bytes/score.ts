/**
 * Scores one request with one model: the context is learned once, then each thought and the target
 * after it, and the model goes back to the end of the context before the next. Pure; the result
 * depends on the request alone, not on what was scored before.
 */
import type { ScoreRequest } from '../../ports/scorer.ts';
import { ByteModel } from './model.ts';
import { primer } from './primer.ts';

export interface ByteScorer {
  score(request: ScoreRequest): number[];
}

/** Contexts whose state is kept, 5 MB each: as many as files are searched at once by default. */
export const contextsKept = 4;

const encoder = new TextEncoder();

/** Makes a scorer that keeps the tail of a longer context. */
export function createByteScorer(contextBytesMax: number): ByteScorer {
  const model = new ByteModel();
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
      state = model.save();
    }
    states.delete(context);
    states.set(context, state);
    for (const oldest of states.keys()) {
      if (states.size <= contextsKept) break;
      states.delete(oldest);
    }
    return state;
  };

  return {
    score: (request) => {
      const state = stateAfter(request.context);
      const target = encoder.encode(request.target);
      return request.thoughts.map((thought) => {
        model.restore(state);
        model.code(encoder.encode(thought));
        return model.code(target);
      });
    },
  };
}

/** The last bytes of a text, from the start of a character on. */
export function tailBytes(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length <= bytesMax) return bytes;
  let start = bytes.length - bytesMax;
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}
