/** JSON that somebody else wrote, and that a schema is still to judge. Pure. */

/** Null where the text is not JSON: schemas of records refuse null. */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch {
    return null;
  }
}
