/**
 * Puts the pieces of samples together as shards are read, and checks a sample when its last piece
 * has come, so that memory holds only samples that are still open.
 */
import type { ManifestEntry, ProvenanceLine } from '../../../schemas/manifest.ts';
import type { Pack } from '../../../schemas/mds.ts';
import { childId } from '../../runtime/ids.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import { checkDocument, expect } from './document.ts';
import { allowedPrefixes, checkMask, checkTurns, type TokenView } from './tokens.ts';

interface PieceTokens {
  readonly line: ProvenanceLine;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

export interface SampleTotals {
  samples: number;
  files: number;
  bytes: number;
}

export class SampleChecker {
  readonly totals: SampleTotals = { samples: 0, files: 0, bytes: 0 };
  readonly #reader: DocumentReader;
  readonly #open = new Map<string, Map<number, PieceTokens>>();
  readonly #complete = new Set<string>();

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  /** Takes one row of a shard and the lines that say what is in it. */
  addPack(pack: Pack, lines: readonly ProvenanceLine[]): void {
    expect(lines.length === pack.indices.length, 'provenance does not tell every piece of it');
    for (const [position, line] of lines.entries()) {
      const [start, end] = pack.indices[position] ?? [0, 0];
      expect(
        line.tokens[0] === start && line.tokens[1] === end,
        `piece ${position} lies elsewhere`,
      );
      this.#addPiece({
        line,
        inputIds: pack.inputIds.subarray(start, end),
        mask: pack.mask.subarray(start, end),
      });
    }
  }

  #addPiece(piece: PieceTokens): void {
    const { line } = piece;
    const { sampleId } = line;
    expect(!this.#complete.has(sampleId), `sample ${sampleId} is there twice`);
    const pieces = this.#open.get(sampleId) ?? new Map<number, PieceTokens>();
    expect(!pieces.has(line.piece), `piece ${line.piece} of ${sampleId} is there twice`);
    pieces.set(line.piece, piece);
    this.#open.set(sampleId, pieces);
    if (pieces.size < line.pieces) return;
    const ordered = [...pieces.values()].sort((a, b) => a.line.piece - b.line.piece);
    try {
      this.#checkSample(ordered);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      expect(false, `sample ${sampleId} (${line.name}): ${reason}`);
    }
    this.#open.delete(sampleId);
    this.#complete.add(sampleId);
  }

  #checkSample(pieces: readonly PieceTokens[]): void {
    const first = pieces[0]?.line;
    expect(first !== undefined && first.piece === 0, 'its first piece is missing');
    const { parentId, stage, stageVersion } = first;
    const id = childId(parentId, stage, stageVersion, 'trajectory', 0);
    expect(id === first.sampleId, 'its id does not follow from its origin (I6)');
    const { inputIds, mask } = joinPieces(pieces);
    const { template, masking, read } = this.#reader;
    const document = read(inputIds);
    const segments = checkDocument(document.text, first);
    const view = { ...document, inputIds, mask, segments, template, masking };
    checkTurns(view);
    checkMask(view);
    checkPrefixes(view, pieces);
    this.totals.samples += 1;
    this.totals.files += first.files?.length ?? 0;
    this.totals.bytes += document.text.byteLength;
  }

  /** Every sample that the manifest lists must be there; an open output may still carry some. */
  finish(entries: readonly ManifestEntry[]): void {
    const carried = new Set(entries.at(-1)?.carried.samples.map((sample) => sample.id));
    const listed = entries.flatMap((entry) => entry.samples);
    const known = new Set(listed);
    expect(known.size === listed.length, 'the manifest lists a sample twice');
    for (const id of listed) {
      expect(this.#complete.has(id) || carried.has(id), `sample ${id} is not in the shards`);
    }
    for (const id of [...this.#complete, ...this.#open.keys()]) {
      expect(known.has(id), `sample ${id} is not in the manifest`);
    }
  }
}

/** What a later piece repeats is a copy of the document's tokens, and never trained. */
function checkPrefixes(view: TokenView, pieces: readonly PieceTokens[]): void {
  for (const { line, inputIds, mask } of pieces) {
    const prefix = inputIds.subarray(0, line.prefixTokens).join();
    const allowed = allowedPrefixes(view, line.documentTokens[0]);
    const known = allowed.some((ids) => ids.join() === prefix);
    expect(known, `piece ${line.piece} does not begin as the document does`);
    const trained = mask.subarray(0, line.prefixTokens).some((value) => value !== 0);
    expect(!trained, `the repeated start of piece ${line.piece} is trained`);
  }
}

/** The document's tokens: the pieces without what they repeat. */
function joinPieces(pieces: readonly PieceTokens[]): { inputIds: Uint32Array; mask: Uint8Array } {
  const length = pieces.at(-1)?.line.documentTokens[1] ?? 0;
  const inputIds = new Uint32Array(length);
  const mask = new Uint8Array(length);
  let cursor = 0;
  for (const { line, inputIds: ids, mask: pieceMask } of pieces) {
    const [start, end] = line.documentTokens;
    expect(start === cursor, `piece ${line.piece} does not follow on`);
    const own = ids.subarray(line.prefixTokens);
    expect(own.length === end - start, `piece ${line.piece} has not the tokens it claims`);
    inputIds.set(own, start);
    mask.set(pieceMask.subarray(line.prefixTokens), start);
    cursor = end;
  }
  return { inputIds, mask };
}
