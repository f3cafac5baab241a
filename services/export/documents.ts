/**
 * Documents back from their pieces, with character spans that say what is trained. A document
 * comes out with the shard that holds its last piece; until then its pieces are held. Its text is
 * made, and held to the hash of what was tokenized, when a form asks for it.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { sha256 } from '../runtime/ids.ts';
import { corrupt, type DocumentReader, type DocumentTokens, type ExportShard } from './source.ts';

/** Characters [start, end) of a text, counted in Unicode code points as Python does. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
  readonly trained: boolean;
}

export interface Message {
  /** As the template calls it; without turns `assistant` where the text is trained, else `user`. */
  readonly role: string;
  readonly content: string;
}

export interface ExportDocument {
  /** The provenance line of its first piece, which names every file. */
  readonly line: ProvenanceLine;
  readonly text: string;
  /** Adjacent, covering the text, `trained` alternating. */
  readonly spans: readonly TextSpan[];
  /** The turns, or else the spans, as messages; their contents joined are the text. */
  readonly messages: readonly Message[];
  /** Tokens with the end-of-text token, without what later pieces repeat. */
  readonly tokens: number;
  readonly trainedTokens: number;
}

interface HeldPiece {
  readonly line: ProvenanceLine;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

export interface DocumentAssembler {
  /** Documents that are complete with this shard, in the order of their last pieces. */
  add(shard: ExportShard): ExportDocument[];
  /** Documents of which only some pieces are in shards yet. */
  readonly incomplete: number;
}

export function createAssembler(reader: DocumentReader): DocumentAssembler {
  const held = new Map<string, HeldPiece[]>();
  const take = (shard: ExportShard, line: ProvenanceLine): ExportDocument | null => {
    const pack = shard.packs[line.pack - shard.facts.firstPack];
    if (pack === undefined) throw new Error('reading a shard checks its provenance');
    const [start, end] = [line.tokens[0] + line.prefixTokens, line.tokens[1]];
    const pieces = held.get(line.sampleId) ?? [];
    // Copied, so that a piece that waits does not keep its whole shard in memory.
    pieces.push({
      line,
      inputIds: pack.inputIds.slice(start, end),
      mask: pack.mask.slice(start, end),
    });
    held.set(line.sampleId, pieces);
    if (pieces.length < line.pieces) return null;
    held.delete(line.sampleId);
    return assemble(pieces, reader);
  };
  return {
    add: (shard) =>
      shard.provenance.flatMap((line) => {
        const document = take(shard, line);
        return document === null ? [] : [document];
      }),
    get incomplete() {
      return held.size;
    },
  };
}

function assemble(pieces: readonly HeldPiece[], reader: DocumentReader): ExportDocument {
  const ordered = [...pieces].sort((a, b) => a.line.piece - b.line.piece);
  const first = ordered[0];
  if (first === undefined) throw new Error('a document has a piece');
  const ids = joined(ordered.map((piece) => piece.inputIds));
  const mask = Uint8Array.from(joined(ordered.map((piece) => Uint32Array.from(piece.mask))));
  // Forms of tokens alone never ask for the text, and most of the time goes into it.
  let written: DocumentText | null = null;
  const writing = () => {
    written ??= textOf(first.line, ids, mask, reader);
    return written;
  };
  return {
    line: first.line,
    get text() {
      return writing().text;
    },
    get spans() {
      return writing().spans;
    },
    get messages() {
      return writing().messages;
    },
    tokens: ids.length,
    trainedTokens: mask.reduce((sum, value) => sum + value, 0),
  };
}

type DocumentText = Pick<ExportDocument, 'text' | 'spans' | 'messages'>;

function textOf(
  line: ProvenanceLine,
  ids: Uint32Array,
  mask: Uint8Array,
  reader: DocumentReader,
): DocumentText {
  const { text: bytes, ends, turns } = readWhole(line, ids, reader);
  const trainedBytes = bytesTrained(ends, mask, bytes.byteLength);
  const runs = textRuns(bytes, trainedBytes);
  let position = 0;
  const spans = runs.map(({ trained, characters }) => {
    const start = position;
    position += characters;
    return { start, end: position, trained };
  });
  return {
    text: bytes.toString('utf8'),
    spans,
    messages: turns.length > 0 ? turnMessages(bytes, turns) : runMessages(runs),
  };
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function readWhole(
  { sampleId, document }: ProvenanceLine,
  ids: Uint32Array,
  reader: DocumentReader,
): DocumentTokens {
  let read: DocumentTokens;
  try {
    read = reader.read(ids);
  } catch (error) {
    throw corrupt(sampleId, (error as Error).message, error);
  }
  if (sha256(read.text) === document.sha256) return read;
  throw corrupt(sampleId, 'its tokens do not give the document back');
}

function turnMessages(text: Buffer, turns: DocumentTokens['turns']): Message[] {
  return turns.map(({ role, start, end }) => ({
    role,
    content: text.toString('utf8', start, end),
  }));
}

function runMessages(runs: readonly TextRun[]): Message[] {
  return runs.map(({ trained, content }) => ({ role: trained ? 'assistant' : 'user', content }));
}

/** 1 for each byte of the text whose token is trained. */
function bytesTrained(ends: Uint32Array, mask: Uint8Array, bytes: number): Uint8Array {
  const trained = new Uint8Array(bytes);
  let start = 0;
  for (const [token, end] of ends.entries()) {
    if (mask[token] === 1) trained.fill(1, start, end);
    start = end;
  }
  return trained;
}

interface TextRun {
  readonly trained: boolean;
  readonly characters: number;
  readonly content: string;
}

/** Runs of characters of one kind. A character is trained only if each of its bytes is. */
export function textRuns(bytes: Buffer, trained: Uint8Array): TextRun[] {
  const runs: TextRun[] = [];
  let runStart = 0;
  let runTrained = false;
  let characters = 0;
  const close = (end: number) => {
    if (characters === 0) return;
    const content = bytes.toString('utf8', runStart, end);
    runs.push({ trained: runTrained, characters, content });
  };
  let start = 0;
  while (start < bytes.byteLength) {
    let end = start + 1;
    let whole = trained[start] === 1;
    // Bytes 10xxxxxx go on with a character.
    while (end < bytes.byteLength && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
      whole = whole && trained[end] === 1;
      end += 1;
    }
    if (whole !== runTrained) {
      close(start);
      runStart = start;
      runTrained = whole;
      characters = 0;
    }
    characters += 1;
    start = end;
  }
  close(bytes.byteLength);
  return runs;
}
