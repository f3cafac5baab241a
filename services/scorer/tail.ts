/** The end of a context that is too long: all scorers cut alike. Pure. */

/** The last bytes of a text, from the start of a character on. */
export function tailBytes(bytes: Uint8Array, bytesMax: number): Uint8Array {
  if (bytes.length <= bytesMax) return bytes;
  let start = bytes.length - bytesMax;
  while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start);
}

export function keepTail(text: string, bytesMax: number): string {
  return new TextDecoder().decode(tailBytes(new TextEncoder().encode(text), bytesMax));
}
