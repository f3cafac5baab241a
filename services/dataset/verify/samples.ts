/**
 * Collects the pieces of samples as shards are read, and checks a sample as soon as its last piece
 * is read, so that memory holds only incomplete samples.
 */
import type { ManifestEntry, ProvenanceLine } from '../../../schemas/manifest.ts';
import type { Pack } from '../../../schemas/mds.ts';
import { childId } from '../../runtime/ids.ts';
import { createPieceCollector, joinPieces, readDocument } from '../documents.ts';
import { cutPiece, type Piece } from '../read-shards.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import { Difference, findingOf, mustHold } from './difference.ts';
import { checkDocument } from './document.ts';
import { allowedPrefixes, checkMask, checkTurns, type TokenView } from './tokens.ts';

export interface SampleTotals {
  samples: number;
  files: number;
  bytes: number;
}

export class SampleChecker {
  readonly totals: SampleTotals = { samples: 0, files: 0, bytes: 0 };
  readonly #reader: DocumentReader;
  readonly #collector = createPieceCollector();
  readonly #complete = new Set<string>();

  constructor(reader: DocumentReader) {
    this.#reader = reader;
  }

  /** Takes one row of a shard and the provenance lines of its pieces. */
  addPack(pack: Pack, lines: readonly ProvenanceLine[]): void {
    mustHold(lines.length === pack.indices.length, 'provenance does not tell every piece of it');
    for (const [position, line] of lines.entries()) {
      const [start, end] = pack.indices[position] ?? [0, 0];
      const fits = line.tokens[0] === start && line.tokens[1] === end;
      mustHold(fits, `piece ${position} lies elsewhere`);
      this.#addPiece(cutPiece(pack, line));
    }
  }

  #addPiece(piece: Piece): void {
    const { sampleId, name } = piece.line;
    mustHold(!this.#complete.has(sampleId), `sample ${sampleId} is there twice`);
    const pieces = this.#collector.add(piece);
    if (pieces === null) return;
    try {
      this.#checkSample(pieces);
    } catch (error) {
      // Forged tokens can cause any error in a reader, so every error here counts as damage.
      const reason = findingOf(error) ?? (error instanceof Error ? error.message : String(error));
      throw new Difference(`sample ${sampleId} (${name}): ${reason}`, { cause: error });
    }
    this.#complete.add(sampleId);
  }

  #checkSample(pieces: readonly Piece[]): void {
    const document = joinPieces(pieces);
    const { line } = document;
    const { parentId, stage, stageVersion } = line;
    const id = childId(parentId, stage, stageVersion, 'trajectory', 0);
    mustHold(id === line.sampleId, 'its id does not follow from its origin (I6)');
    const read = readDocument(this.#reader, document);
    const segments = checkDocument(read.text, line);
    const { template, masking } = this.#reader;
    const masked = new Set(line.masked);
    const view = { ...document, ...read, segments, template, masking, masked };
    checkTurns(view);
    checkMask(view);
    checkPrefixes(view, pieces);
    this.totals.samples += 1;
    this.totals.files += line.files?.length ?? 0;
    this.totals.bytes += read.text.byteLength;
  }

  /** Every listed sample must be in the shards; an open output may still carry some over. */
  finish(entries: readonly ManifestEntry[]): void {
    const carried = new Set(entries.at(-1)?.carried.samples.map((sample) => sample.id));
    const listed = entries.flatMap((entry) => entry.samples);
    const known = new Set(listed);
    mustHold(known.size === listed.length, 'the manifest lists a sample twice');
    for (const id of listed) {
      mustHold(this.#complete.has(id) || carried.has(id), `sample ${id} is not in the shards`);
    }
    for (const id of [...this.#complete, ...this.#collector.incomplete]) {
      mustHold(known.has(id), `sample ${id} is not in the manifest`);
    }
  }
}

/** The start that a later piece repeats is a copy of the document's tokens and never trained. */
function checkPrefixes(view: TokenView, pieces: readonly Piece[]): void {
  for (const { line, inputIds, mask } of pieces) {
    const prefix = inputIds.subarray(0, line.prefixTokens).join();
    const allowed = allowedPrefixes(view, line.documentTokens[0]);
    const known = allowed.some((ids) => ids.join() === prefix);
    mustHold(known, `piece ${line.piece} does not begin as the document does`);
    const trained = mask.subarray(0, line.prefixTokens).some((value) => value !== 0);
    mustHold(!trained, `the repeated start of piece ${line.piece} is trained`);
  }
}
