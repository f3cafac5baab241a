/**
 * Scores one request with one model: the context is learned once, then each thought and the target
 * after it, and the model goes back to the end of the context before the next. Pure; the result
 * depends on the request alone, not on what was scored before.
 */
import type { ScoreRequest } from '../port.ts';
import { ByteModel } from './model.ts';
import { primer } from './primer.ts';

export interface ByteScorer {
  score(request: ScoreRequest): number[];
}

const encoder = new TextEncoder();

/** Makes a scorer that keeps the tail of a longer context. */
export function createByteScorer(contextBytesMax: number): ByteScorer {
  const model = new ByteModel();
  model.code(encoder.encode(primer));
  const primed = model.save();
  // Several calls for one file follow each other, so the last context is worth keeping.
  let known: { readonly context: string; readonly state: Uint8Array } | null = null;

  const stateAfter = (context: string): Uint8Array => {
    if (known?.context === context) return known.state;
    model.restore(primed);
    model.code(tailBytes(encoder.encode(context), contextBytesMax));
    known = { context, state: model.save() };
    return known.state;
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
