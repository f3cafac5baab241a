/**
 * One document as forms of text want it: with character spans that say what is trained, and as
 * messages. The text is made when a form asks for it; forms of tokens alone never do.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { type DocumentTokens, joinPieces, readDocument } from '../dataset/documents.ts';
import type { Piece } from '../dataset/read-shards.ts';
import type { DocumentReader } from '../dataset/template/document-reader.ts';
import type { ReadDocument } from '../dataset/template/read.ts';
import { spansOf, type TextRun, type TextSpan, textRuns, trainedBytes } from './spans.ts';

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

type DocumentText = Pick<ExportDocument, 'text' | 'spans' | 'messages'>;

/** From all pieces of a document, in order. */
export function createDocument(pieces: readonly Piece[], reader: DocumentReader): ExportDocument {
  const tokens = joinPieces(pieces);
  let written: DocumentText | null = null;
  const writing = () => {
    written ??= writeText(tokens, readDocument(reader, tokens));
    return written;
  };
  return {
    line: tokens.line,
    get text() {
      return writing().text;
    },
    get spans() {
      return writing().spans;
    },
    get messages() {
      return writing().messages;
    },
    tokens: tokens.inputIds.length,
    trainedTokens: tokens.mask.reduce((sum, value) => sum + value, 0),
  };
}

function writeText({ mask }: DocumentTokens, { text, ends, turns }: ReadDocument): DocumentText {
  const runs = textRuns(text, trainedBytes(ends, mask, text.byteLength));
  return {
    text: text.toString('utf8'),
    spans: spansOf(runs),
    messages: turns.length > 0 ? turnMessages(text, turns) : runMessages(runs),
  };
}

function turnMessages(text: Buffer, turns: ReadDocument['turns']): Message[] {
  return turns.map(({ role, start, end }) => ({
    role,
    content: text.toString('utf8', start, end),
  }));
}

function runMessages(runs: readonly TextRun[]): Message[] {
  return runs.map(({ trained, content }) => ({ role: trained ? 'assistant' : 'user', content }));
}
