/**
 * SemanticDB, the format in which Scala's compilers say what every written name refers to. Only the
 * few fields that edges need are decoded: documents, their uri and their occurrences.
 * https://scalameta.org/docs/semanticdb/specification.html
 */
import type { OracleEdge } from '../score/oracle.ts';
import { messagesAt, numberAt, readMessage, textAt } from './protobuf.ts';

export interface Occurrence {
  readonly symbol: string;
  readonly isDefinition: boolean;
}

export interface Document {
  readonly uri: string;
  readonly occurrences: readonly Occurrence[];
}

const documents = 1;
const document = { uri: 2, occurrences: 6 } as const;
const occurrence = { symbol: 2, role: 3 } as const;
const definitionRole = 2;

export function readDocuments(bytes: Uint8Array): Document[] {
  return messagesAt(readMessage(bytes), documents).map((message) => ({
    uri: textAt(message, document.uri),
    occurrences: messagesAt(message, document.occurrences).map((each) => ({
      symbol: textAt(each, occurrence.symbol),
      isDefinition: numberAt(each, occurrence.role) === definitionRole,
    })),
  }));
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
