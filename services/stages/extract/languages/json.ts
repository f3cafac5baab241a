/** Reads the JSON of configuration files, which has comments and trailing commas. Pure. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns an empty object if the text is no JSON object: a wrong manifest costs only edges. */
export function parseJsonObject(text: string | null): JsonObject {
  if (text === null) return {};
  const tokens = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;
  const plain = text.replace(/^\uFEFF/, '').replaceAll(tokens, keepStrings);
  try {
    return objectOf(JSON.parse(plain.replaceAll(tokens, keepStrings)));
  } catch {
    // Not JSON: its author learns that from other tools.
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
