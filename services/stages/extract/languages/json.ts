/** Reads the JSON of configuration files, which has comments and trailing commas. Pure. */
import type { ParsedFile } from '../facts/facts.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const read = new WeakMap<ParsedFile, JsonObject>();

/** Returns the JSON object of a manifest, which is parsed once; empty for any other file. */
export function jsonOf(file: ParsedFile | undefined): JsonObject {
  if (file === undefined || file.manifest === null) return {};
  const json = read.get(file) ?? parseJsonObject(file.manifest);
  read.set(file, json);
  return json;
}

// What is not closed goes to the end: otherwise each later opening would be tried in vain.
const string = /"[^"\\]*(?:\\[\s\S][^"\\]*)*(?:"|\\?$)/;
const comment = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/;
const tokens = new RegExp(`${string.source}|${comment.source}|,(?=\\s*[}\\]])`, 'g');

/** Returns an empty object if the text is no JSON object: a wrong manifest costs only edges. */
export function parseJsonObject(text: string): JsonObject {
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

/** Empty for what is no text: hostile values cannot even be made one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
