/**
 * Reads the TOML of manifests. Lenient: a manifest with an error yields the entries before the
 * error, because a wrong manifest must cost edges, not the repository. Pure.
 */

export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

type OpenTable = { [key: string]: TomlValue };

class TomlError extends Error {}

export function parseToml(text: string): TomlTable {
  const root = newTable();
  const reader = openReader(text);
  let table = root;
  try {
    for (reader.skip(true); !reader.atEnd(); reader.skip(true)) {
      if (reader.take('[[')) table = appendTable(root, reader.keys(']]'));
      else if (reader.take('[')) table = enter(root, reader.keys(']'));
      else reader.assign(table);
    }
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
  }
  return root;
}

/** The table at a path of keys; an empty one if the value there is no table. */
export function tableAt(value: TomlValue | undefined, ...keys: string[]): TomlTable {
  let current = value;
  for (const key of keys) current = isTable(current) ? current[key] : undefined;
  return isTable(current) ? current : {};
}

export function textAt(table: TomlTable, key: string): string | null {
  const value = table[key];
  return typeof value === 'string' ? value : null;
}

export function listAt(table: TomlTable, key: string): readonly TomlValue[] {
  const value = table[key];
  return Array.isArray(value) ? value : [];
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

/** A table without a prototype, so that no key of a file reaches one. */
function newTable(): OpenTable {
  return Object.create(null) as OpenTable;
}

function enter(root: OpenTable, keys: readonly string[]): OpenTable {
  let table = root;
  for (const key of keys) {
    const value = table[key];
    const inner = Array.isArray(value) ? value.at(-1) : value;
    const next = isTable(inner) ? (inner as OpenTable) : newTable();
    if (!isTable(inner)) table[key] = next;
    table = next;
  }
  return table;
}

function appendTable(root: OpenTable, keys: readonly string[]): OpenTable {
  const parent = enter(root, keys.slice(0, -1));
  const key = keys.at(-1) ?? '';
  const list = parent[key];
  const table = newTable();
  if (Array.isArray(list)) list.push(table);
  else parent[key] = [table];
  return table;
}

/** Lists in lists; deeper ones could exhaust the stack. */
const depthMax = 64;

function openReader(text: string) {
  let at = 0;
  const atEnd = () => at >= text.length;

  const skip = (lines: boolean) => {
    const pattern = lines ? /(?:\s+|#[^\n]*)*/y : /[ \t]*/y;
    pattern.lastIndex = at;
    at += pattern.exec(text)?.[0].length ?? 0;
  };
  const match = (pattern: RegExp): RegExpExecArray => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) throw new TomlError(`unexpected text at ${at}`);
    at += found[0].length;
    return found;
  };
  const take = (token: string): boolean => {
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const keys = (end: string): string[] => {
    const parts: string[] = [];
    do {
      skip(false);
      const [, bare, double, single] = match(/([\w-]+)|"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'/y);
      parts.push(bare ?? single ?? unescaped(double ?? ''));
      skip(false);
    } while (take('.'));
    if (!take(end)) throw new TomlError(`expected ${end} at ${at}`);
    return parts;
  };
  /** The text before a closing mark; the pattern captures it. */
  const inside = (pattern: RegExp) => match(pattern)[1] ?? '';
  const value = (depth: number): TomlValue => {
    if (depth > depthMax) throw new TomlError(`too many brackets at ${at}`);
    skip(true);
    if (take('"""')) return unescaped(inside(/((?:[^\\]|\\[\s\S])*?)"""/y));
    if (take("'''")) return inside(/([\s\S]*?)'''/y);
    if (take('"')) return unescaped(inside(/((?:[^"\\\n]|\\.)*)"/y));
    if (take("'")) return inside(/([^'\n]*)'/y);
    if (take('[')) return sequence(']', [] as TomlValue[], (list) => list.push(value(depth + 1)));
    if (take('{')) return sequence('}', newTable(), (table) => assign(table, depth + 1));
    return scalar(match(/[\w+.:-]+/y)[0]);
  };
  const sequence = <Into>(end: string, into: Into, item: (into: Into) => void): Into => {
    for (skip(true); !take(end); skip(true)) {
      item(into);
      skip(true);
      if (!take(',') && !text.startsWith(end, at)) throw new TomlError(`expected , at ${at}`);
    }
    return into;
  };
  const assign = (table: OpenTable, depth = 0) => {
    const path = keys('=');
    const owner = enter(table, path.slice(0, -1));
    owner[path.at(-1) ?? ''] = value(depth);
  };
  return { atEnd, skip, take, keys, assign };
}

/** The value of a bare word; a date stays text. */
function scalar(word: string): TomlValue {
  if (word === 'true' || word === 'false') return word === 'true';
  return /^[+-]?\d[\d_]*$/.test(word) ? Number(word.replaceAll('_', '')) : word;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:u([\da-fA-F]{4})|\s*\n\s*|(.))/g, (_all, code, letter) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(String(code), 16));
    return { n: '\n', t: '\t', r: '\r' }[String(letter)] ?? (letter === undefined ? '' : letter);
  });
}
