/** Reads a SCIP index (github.com/sourcegraph/scip): the occurrences of symbols by document. */
import { readFile } from 'node:fs/promises';
import { type Message, messagesAt, numberAt, readMessage, textAt } from './protobuf.ts';

export interface Occurrence {
  readonly symbol: string;
  readonly isDefinition: boolean;
}

export interface Document {
  readonly path: string;
  readonly occurrences: readonly Occurrence[];
}

const index = { documents: 2 } as const;
const document = { path: 1, occurrences: 2 } as const;
const occurrence = { symbol: 2, roles: 3 } as const;
const definitionRole = 1;

export async function readScip(path: string): Promise<Document[]> {
  const message = readMessage(await readFile(path));
  return messagesAt(message, index.documents).map((each) => ({
    path: textAt(each, document.path),
    occurrences: messagesAt(each, document.occurrences).map(readOccurrence),
  }));
}

function readOccurrence(message: Message): Occurrence {
  return {
    symbol: textAt(message, occurrence.symbol),
    isDefinition: (numberAt(message, occurrence.roles) & definitionRole) !== 0,
  };
}
