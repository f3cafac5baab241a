/**
 * Joins pieces to whole documents. Memory holds only the pieces of documents that are not complete
 * yet. Tokens are checked against the provenance, and the text against the hash stored there.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { sha256 } from '../runtime/ids.ts';
import { damagedSample, OutputDamage } from './damage.ts';
import type { Piece } from './read-shards.ts';
import type { DocumentReader } from './template/document-reader.ts';
import { type ReadDocument, TemplateError } from './template/read.ts';

export interface PieceCollector {
  /** Takes a piece. Returns all pieces of its document in order once none is missing, else null. */
  add(piece: Piece): Piece[] | null;
  /** Ids of the samples that still miss pieces. */
  readonly incomplete: readonly string[];
}

export function createPieceCollector(): PieceCollector {
  const held = new Map<string, Map<number, Piece>>();
  return {
    add: (piece) => {
      const { sampleId, piece: number, pieces: count } = piece.line;
      const pieces = held.get(sampleId) ?? new Map<number, Piece>();
      if (pieces.has(number)) {
        const finding = `piece ${number} of ${sampleId} is there twice`;
        throw new OutputDamage({ subject: sampleId, finding });
      }
      held.set(sampleId, pieces);
      if (pieces.size + 1 < count) {
        pieces.set(number, copyOf(piece));
        return null;
      }
      held.delete(sampleId);
      return [...pieces.values(), piece].sort((a, b) => a.line.piece - b.line.piece);
    },
    get incomplete() {
      return [...held.keys()];
    },
  };
}

/** Copies the arrays, so that a waiting piece does not keep its whole pack in memory. */
function copyOf({ line, inputIds, mask }: Piece): Piece {
  return { line, inputIds: inputIds.slice(), mask: mask.slice() };
}

/** All tokens of a document, with the end-of-text token. */
export interface DocumentTokens {
  /** The provenance line of the document's first piece, which names every file. */
  readonly line: ProvenanceLine;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

/** Joins all pieces of a document, in order, without the start that later pieces repeat. */
export function joinPieces(pieces: readonly Piece[]): DocumentTokens {
  const first = pieces[0]?.line;
  if (first === undefined) throw new Error('a document has a piece');
  if (first.piece !== 0) throw damagedSample(first, 'its first piece is missing');
  const own = pieces.map(withoutPrefix);
  const length = own.reduce((sum, piece) => sum + piece.inputIds.length, 0);
  const [inputIds, mask] = [new Uint32Array(length), new Uint8Array(length)];
  let cursor = 0;
  for (const { line, ...piece } of own) {
    const [start, end] = line.documentTokens;
    if (start !== cursor) throw damagedSample(line, `piece ${line.piece} does not follow on`);
    if (piece.inputIds.length !== end - start) {
      throw damagedSample(line, `piece ${line.piece} has not the tokens it claims`);
    }
    inputIds.set(piece.inputIds, start);
    mask.set(piece.mask, start);
    cursor = end;
  }
  return { line: first, inputIds, mask };
}

function withoutPrefix({ line, inputIds, mask }: Piece): Piece {
  const { prefixTokens } = line;
  return { line, inputIds: inputIds.subarray(prefixTokens), mask: mask.subarray(prefixTokens) };
}

/** The text of a document, from its tokens alone. */
export function readDocument(
  reader: DocumentReader,
  { line, inputIds }: DocumentTokens,
): ReadDocument {
  let document: ReadDocument;
  try {
    document = reader.read(inputIds);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw damagedSample(line, error.message, error);
  }
  if (sha256(document.text) === line.document.sha256) return document;
  throw damagedSample(line, 'its text is not the document that was stored');
}
