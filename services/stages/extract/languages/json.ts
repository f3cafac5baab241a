/** Reads JSON as configuration files have it: with comments and trailing commas. Pure. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** An empty object when the text is no JSON object: a wrong manifest costs edges, no more. */
export function parseJsonObject(text: string | null): JsonObject {
  if (text === null) return {};
  const tokens = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;
  const plain = text.replace(/^\uFEFF/, '').replaceAll(tokens, keepStrings);
  try {
    return objectOf(JSON.parse(plain.replaceAll(tokens, keepStrings)));
  } catch {
    // Not JSON: whoever wrote it sees that elsewhere.
    return {};
  }
}

function keepStrings(token: string): string {
  return token.startsWith('"') ? token : ' ';
}

export function objectOf(value: unknown): JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as JsonObject) : {};
}

export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
