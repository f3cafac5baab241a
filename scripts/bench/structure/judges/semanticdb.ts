/**
 * SemanticDB, the format in which Scala's compilers say what every written name refers to. Only the
 * few fields that edges need are decoded: documents, their uri and their occurrences.
 * https://scalameta.org/docs/semanticdb/specification.html
 */
import type { OracleEdge } from '../score/oracle.ts';

interface Field {
  readonly number: number;
  readonly value: number | Buffer;
}

/** Fields of one protobuf message; the two fixed widths do not occur. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message.readUInt8(at);
      at += 1;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = readVarint();
    const number = Math.floor(tag / 8);
    const first = readVarint();
    if (tag % 8 === 0) yield { number, value: first };
    else {
      yield { number, value: message.subarray(at, at + first) };
      at += first;
    }
  }
}

export interface Occurrence {
  readonly symbol: string;
  readonly isDefinition: boolean;
}

export interface Document {
  readonly uri: string;
  readonly occurrences: readonly Occurrence[];
}

const documentField = 1;
const fields = { uri: 2, occurrence: 6, symbol: 2, role: 3 } as const;
const definitionRole = 2;

export function readDocuments(bytes: Buffer): Document[] {
  return [...fieldsOf(bytes)]
    .filter(({ number }) => number === documentField)
    .map(({ value }) => readDocument(value as Buffer));
}

function readDocument(bytes: Buffer): Document {
  let uri = '';
  const occurrences: Occurrence[] = [];
  for (const { number, value } of fieldsOf(bytes)) {
    if (number === fields.uri) uri = value.toString();
    if (number !== fields.occurrence) continue;
    let symbol = '';
    let role: number | Buffer = 0;
    for (const field of fieldsOf(value as Buffer)) {
      if (field.number === fields.symbol) symbol = field.value.toString();
      if (field.number === fields.role) role = field.value;
    }
    occurrences.push({ symbol, isDefinition: role === definitionRole });
  }
  return { uri, occurrences };
}

/**
 * An edge wherever a name of another file is written. A member of a class (`a/B#c().`) is found by
 * the type of what stands before it, or by inheritance, so it is right but not required.
 */
export function edgesOf(documents: readonly Document[]): OracleEdge[] {
  const definers = new Map<string, string>();
  for (const { uri, occurrences } of documents) {
    for (const { symbol, isDefinition } of occurrences) {
      if (isDefinition && !isLocal(symbol) && !isPackage(symbol)) definers.set(symbol, uri);
    }
  }
  return documents.flatMap(({ uri: from, occurrences }) =>
    occurrences.flatMap(({ symbol, isDefinition }): OracleEdge[] => {
      const to = definers.get(symbol);
      if (isDefinition || to === undefined || to === from) return [];
      const visible = !isMember(symbol);
      return [{ from, to, via: `${visible ? 'name' : 'member'} ${symbol}`, visible }];
    }),
  );
}

function isLocal(symbol: string): boolean {
  return symbol.startsWith('local');
}

/** Every file of a package defines it. */
function isPackage(symbol: string): boolean {
  return symbol.endsWith('/');
}

function isMember(symbol: string): boolean {
  return symbol
    .replace(/`<init>`\([^)]*\)\.$/, '')
    .slice(0, -1)
    .includes('#');
}
