/**
 * Collects the pieces of samples as shards are read, and checks a sample as soon as its last piece
 * is read, so that memory holds only incomplete samples.
 */
import type { ManifestEntry, ProvenanceLine, ReplacedShard } from '../../../schemas/manifest.ts';
import type { Pack } from '../../../schemas/mds.ts';
import { sha256 } from '../../runtime/ids.ts';
import { createPieceCollector, type DocumentTokens, joinPieces } from '../documents.ts';
import { cutPiece, type Piece } from '../read-shards.ts';
import type { DocumentReader } from '../template/document-reader.ts';
import { type ReadDocument, TemplateError } from '../template/read.ts';
import { Difference, findingOf, mustHold, PackDifference } from './difference.ts';
import { checkDocument } from './document.ts';
import { createEpisodeChecker, sampleIdOf } from './episodes.ts';
import { mayRepeat } from './prefix.ts';
import { checkMask, checkTurns, type TokenView } from './tokens.ts';

export interface SampleTotals {
  samples: number;
  files: number;
  bytes: number;
}

/** Loads the stored document; null if it is not there any more. */
type LoadDocument = (reference: ProvenanceLine['document']) => Promise<Buffer | null>;

/** What a pack holds: the pieces of samples, and those that were opted out. */
export interface PackPieces {
  readonly lines: readonly ProvenanceLine[];
  readonly blanks: ReplacedShard['blanks'];
}

export class SampleChecker {
  readonly totals: SampleTotals = { samples: 0, files: 0, bytes: 0 };
  readonly #reader: DocumentReader;
  readonly #collector = createPieceCollector();
  readonly #complete = new Set<string>();
  readonly #episodes = createEpisodeChecker();

  readonly #loadDocument: LoadDocument;

  constructor(reader: DocumentReader, loadDocument: LoadDocument) {
    this.#reader = reader;
    this.#loadDocument = loadDocument;
  }

  /** Takes one row of a shard and the provenance lines of its pieces. */
  async addPack(pack: Pack, number: number, { lines, blanks }: PackPieces): Promise<void> {
    const here = (holds: boolean, otherwise: string) => {
      if (!holds) throw new PackDifference(otherwise, [number]);
    };
    const told = lines.length + blanks.length;
    here(told === pack.indices.length, 'provenance does not tell every piece of it');
    for (const [, start, end] of blanks) {
      const isPiece = pack.indices.some(([from, to]) => from === start && to === end);
      here(isPiece, 'what was opted out is no piece of it');
      here(this.#isBlank(pack, start, end), 'it still holds what was opted out');
    }
    const isOut = new Set(blanks.map(([, start]) => start));
    const own = pack.indices.filter(([start]) => !isOut.has(start));
    for (const [position, line] of lines.entries()) {
      const [start, end] = own[position] ?? [0, 0];
      const fits = line.tokens[0] === start && line.tokens[1] === end;
      here(fits, `piece ${position} lies elsewhere`);
      here(!this.#complete.has(line.sampleId), `sample ${line.sampleId} is there twice`);
      await this.#addPiece(cutPiece(pack, line));
    }
  }

  #isBlank({ inputIds, mask }: Pack, start: number, end: number): boolean {
    const { endOfText } = this.#reader.template;
    const tokens = inputIds.subarray(start, end);
    return tokens.every((id) => id === endOfText) && !mask.subarray(start, end).includes(1);
  }

  async #addPiece(piece: Piece): Promise<void> {
    const { sampleId } = piece.line;
    const pieces = this.#collect(piece);
    if (pieces === null) return;
    await this.#checkSample(pieces);
    this.#complete.add(sampleId);
  }

  #collect(piece: Piece): Piece[] | null {
    try {
      return this.#collector.add(piece);
    } catch (error) {
      const finding = findingOf(error);
      throw finding === null ? error : new PackDifference(finding, [piece.line.pack], error);
    }
  }

  async #checkSample(pieces: readonly Piece[]): Promise<void> {
    let read: ReadDocument | null = null;
    try {
      const document = joinPieces(pieces);
      read = this.#reader.read(document.inputIds);
      const same = sha256(read.text) === document.line.document.sha256;
      const differing = same
        ? null
        : await firstDifference(read.text, document.line, this.#loadDocument);
      const whole = 'its text is not the document that was stored';
      mustHold(differing === null, whole, differing === null ? null : { byte: differing });
      this.#checkRead(document, read, pieces);
      mustHold(same, whole);
    } catch (error) {
      throw placed(error, pieces, read);
    }
  }

  #checkRead(document: DocumentTokens, read: ReadDocument, pieces: readonly Piece[]): void {
    const { line } = document;
    const id = sampleIdOf(line, line.episode?.number);
    mustHold(id === line.sampleId, 'its id does not follow from its origin (I6)');
    const checked = checkDocument(read.text, line);
    const { segments } = checked;
    const { template, masking } = this.#reader;
    const masked = new Set(line.masked);
    const view = { ...document, ...read, segments, template, masking, masked };
    checkTurns(view);
    checkMask(view);
    checkPrefixes(view, pieces);
    this.#episodes.add(line, checked);
    this.totals.samples += 1;
    this.totals.files += line.files?.length ?? 0;
    this.totals.bytes += read.text.byteLength;
  }

  /** Every listed sample must be in the shards or carried over, and every sample must be listed. */
  finish(entries: readonly ManifestEntry[], optedOut: ReadonlySet<string>): void {
    const carried = new Set(entries.at(-1)?.carried.samples.map((sample) => sample.id));
    const listed = entries.flatMap((entry) => entry.samples);
    const known = new Set(listed);
    mustHold(known.size === listed.length, 'the manifest lists a sample twice');
    for (const id of listed) {
      const isThere = this.#complete.has(id) || carried.has(id) || optedOut.has(id);
      mustHold(isThere, `sample ${id} is not in the shards`);
    }
    for (const id of [...this.#complete, ...this.#collector.incomplete]) {
      mustHold(known.has(id), `sample ${id} is not in the manifest`);
    }
    this.#episodes.finish((id) => known.has(id));
  }
}

/** The start that a later piece repeats must copy the document's tokens and never be trained. */
function checkPrefixes(view: TokenView, pieces: readonly Piece[]): void {
  for (const { line, inputIds, mask } of pieces) {
    const at = { token: line.documentTokens[0] };
    const prefix = inputIds.subarray(0, line.prefixTokens);
    const known = mayRepeat(view, line.documentTokens[0], prefix);
    mustHold(known, `piece ${line.piece} does not begin as the document does`, at);
    const trained = mask.subarray(0, line.prefixTokens).some((value) => value !== 0);
    mustHold(!trained, `the repeated start of piece ${line.piece} is trained`, at);
  }
}

/** First byte that differs from the stored document; null if none, or if it is gone or damaged. */
async function firstDifference(
  text: Buffer,
  { document }: ProvenanceLine,
  load: LoadDocument,
): Promise<number | null> {
  const stored = await load(document);
  if (stored === null || sha256(stored) !== document.sha256) return null;
  const end = Math.min(text.byteLength, stored.byteLength);
  let byte = 0;
  while (byte < end && text[byte] === stored[byte]) byte += 1;
  return byte;
}

/** The error with the packs that hold its place, or with all packs of the sample. */
function placed(error: unknown, pieces: readonly Piece[], read: ReadDocument | null): Error {
  const { sampleId = '', name = '' } = pieces[0]?.line ?? {};
  // Forged tokens can cause any error in a reader, so every error here counts as damage.
  const reason = findingOf(error) ?? (error instanceof Error ? error.message : String(error));
  const token = tokenOf(error, read);
  const own = pieces.filter(
    ({
      line: {
        documentTokens: [start, end],
      },
    }) => (token === null ? true : start <= token && token < end),
  );
  const packs = [...new Set((own.length > 0 ? own : pieces).map(({ line }) => line.pack))];
  return new PackDifference(`sample ${sampleId} (${name}): ${reason}`, packs, error);
}

function tokenOf(error: unknown, read: ReadDocument | null): number | null {
  if (error instanceof TemplateError) return error.token;
  if (!(error instanceof Difference) || error.at === null) return null;
  if ('token' in error.at) return error.at.token;
  const { byte } = error.at;
  return read === null ? null : read.ends.findIndex((end) => end > byte);
}
