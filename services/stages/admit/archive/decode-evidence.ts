/**
 * Decodes licence evidence in every encoding that people write it in: UTF-8 and UTF-16 with or
 * without a byte order mark, else Latin-1. Only evidence is decoded this way: an admitted file is
 * always UTF-8.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true });

export function decodeEvidence(bytes: Uint8Array): string {
  const encoding = wideEncoding(bytes);
  if (encoding !== null) return new TextDecoder(encoding).decode(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    // Every byte is a character of Latin-1, so this decoder cannot fail.
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** Number of first characters examined to detect UTF-16 without a byte order mark. */
const sampleCharacters = 64;

/** Returns which UTF-16 encoding the bytes are in; null if they are not UTF-16. */
export function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const characters = Math.min(sampleCharacters, bytes.length >> 1);
  for (let index = 0; index < characters * 2; index++) {
    if (bytes[index] === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  // English in UTF-16 has a zero in every second byte, always on the same side.
  if (characters < 4 || Math.max(even, odd) < characters * 0.9 || Math.min(even, odd) > 0) {
    return null;
  }
  return odd > even ? 'utf-16le' : 'utf-16be';
}
