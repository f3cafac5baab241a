/**
 * Decodes bytes that are valid UTF-8; other encodings are never converted. A byte order mark stays,
 * so that encoding the text again gives the same bytes.
 */

/** The skip reason of a file that cannot be decoded. */
export const undecodable = 'not-utf8';

/** Its skip reason if it states the licence: it counts as evidence, in whatever encoding. */
export const undecodableEvidence = 'licence-not-utf8';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Returns the text, or null if the bytes are not valid UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    // The decoder throws exactly when the bytes are invalid.
    return null;
  }
}
