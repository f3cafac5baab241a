/**
 * Bytes to text: valid UTF-8 or nothing. Text is never transcoded, and a byte order mark stays, so
 * that encoding it again gives the same bytes.
 */

/** Why a file has no text. */
export const undecodable = 'not-utf8';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text, or null where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    // The decoder throws exactly when the bytes are invalid.
    return null;
  }
}
