/**
 * Decodes the bytes of a source file as text, for reading only; the bytes themselves are not
 * changed. Every line of the text is a line of the file. Pure.
 */

const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Browsers read Latin-1 this way: with printable characters where Latin-1 has controls. */
const latin1 = new TextDecoder('windows-1252');

/** Bytes examined to recognise UTF-16 without a byte order mark. */
const sampleBytes = 4096;

/** The text without its byte order mark; null where the bytes are no text. */
export function decodeSource(bytes: Uint8Array): string | null {
  const wide = utf16Of(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    // The bytes are not UTF-8. Text in a legacy encoding has no NUL; other bytes are binary.
    return bytes.includes(0) ? null : latin1.decode(bytes);
  }
}

/** Recognises UTF-16 by its mark, or by NUL in every other byte, as in ASCII text. */
function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.length < 4 || bytes.length % 2 === 1 || !bytes.subarray(0, 64).includes(0)) return null;
  const length = Math.min(bytes.length, sampleBytes);
  const nuls = [0, 0];
  for (let at = 0; at < length; at += 1)
    if (bytes[at] === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = nuls;
  const wanted = length * 0.3;
  if (odd > wanted && even === 0) return 'utf-16le';
  return even > wanted && odd === 0 ? 'utf-16be' : null;
}
