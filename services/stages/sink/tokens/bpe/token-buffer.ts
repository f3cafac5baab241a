/** Tokens of one text in the making: an array that grows. There are never more than bytes. Pure. */
export interface TokenBuffer {
  ids: Uint32Array;
  length: number;
}

/** Code is about four bytes per token. */
export function createTokenBuffer(textBytes: number): TokenBuffer {
  return { ids: new Uint32Array((textBytes >> 1) + 16), length: 0 };
}

/** Makes room, so that callers can write without a check per token. */
export function reserve(buffer: TokenBuffer, tokens: number): void {
  const needed = buffer.length + tokens;
  if (needed <= buffer.ids.length) return;
  const grown = new Uint32Array(Math.max(needed, buffer.ids.length * 2));
  grown.set(buffer.ids.subarray(0, buffer.length));
  buffer.ids = grown;
}
