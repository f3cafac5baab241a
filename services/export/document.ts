/**
 * One document for the text formats: character spans that say which text is trained, and messages.
 * The text is made on first use, because formats of tokens alone never need it.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { countTrained } from '../../schemas/mds.ts';
import { type DocumentTokens, joinPieces, readDocument } from '../dataset/documents.ts';
import type { Piece } from '../dataset/read-shards.ts';
import type { DocumentReader } from '../dataset/template/document-reader.ts';
import type { ReadDocument } from '../dataset/template/read.ts';
import { spansOf, type TextRun, type TextSpan, textRuns, trainedBytes } from './spans.ts';

export interface Message {
  /** The template's role; without turns, `assistant` for trained text and `user` for the rest. */
  readonly role: string;
  readonly content: string;
}

export interface ExportDocument {
  /** The provenance line of its first piece, which names every file. */
  readonly line: ProvenanceLine;
  readonly text: string;
  /** The spans are adjacent, cover the text and alternate in `trained`. */
  readonly spans: readonly TextSpan[];
  /** One message per turn, or per span without turns; the joined contents are the text. */
  readonly messages: readonly Message[];
  /** Count of tokens with the end-of-text token, without the start that later pieces repeat. */
  readonly tokens: number;
  readonly trainedTokens: number;
}

type DocumentText = Pick<ExportDocument, 'text' | 'spans' | 'messages'>;

/** Takes all pieces of a document, in order. */
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
    trainedTokens: countTrained(tokens.mask),
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
