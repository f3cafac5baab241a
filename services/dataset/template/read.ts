/**
 * From token ids back to the trajectory, for each template: its text, its turns, and what each
 * token is. It reads only tokens and shares no code with the renderer, so that it can check the
 * renderer (I1, I2). Pure.
 */
import type { TurnRole } from '../../../schemas/trajectory-text.ts';
import type { Mark, Template, Turns } from './template.ts';

/** Tokens that do not follow the template. */
export class TemplateError extends Error {
  readonly token: number;

  constructor(message: string, token: number) {
    super(message);
    this.token = token;
  }
}

export interface Turn {
  /** The form's name for the role. */
  readonly role: string;
  /** Bytes [start, end) of the text. */
  readonly start: number;
  readonly end: number;
  /** Tokens of the turn: [start, content) open it, [close, end) close it. */
  readonly tokens: {
    readonly start: number;
    readonly content: number;
    readonly close: number;
    readonly end: number;
  };
}

/** Each token is text, a mark (or text with part of a mark), or the end of a turn or document. */
export const tokenPlaces = { text: 0, mark: 1, endOfTurn: 2, endOfText: 3 } as const;

export interface ReadDocument {
  /** The trajectory as text, without marks. */
  readonly text: Buffer;
  /** For each token, the number of text bytes up to its end. */
  readonly ends: Uint32Array;
  /** One of `tokenPlaces` for each token. */
  readonly places: Uint8Array;
  /** Empty if the template has no turns. */
  readonly turns: readonly Turn[];
}

/** The part of a vocabulary that the reader needs. */
export interface TokenBytes {
  decode(ids: Uint32Array): Buffer;
  /** 0 for a control token and for an id that is none. */
  byteLength(id: number): number;
  isControl(id: number): boolean;
}

/** Throws TemplateError at the first token that does not follow the template. */
export function readTokens(ids: Uint32Array, template: Template, bytes: TokenBytes): ReadDocument {
  const last = ids.length - 1;
  if (last < 0 || ids[last] !== template.endOfText) {
    throw new TemplateError('it does not end with the end-of-text token', last);
  }
  const reader = createReader(ids, last, bytes);
  const turns: Turn[] = [];
  if (!reader.takeMarks(template.beginning)) throw reader.unexpected('what begins a document');
  if (template.turns === null) reader.takeText();
  else while (reader.at().token < last) turns.push(readTurn(reader, template.turns, turns.length));
  if (reader.at().token < last) throw reader.unexpected('text');
  return { ...reader.finish(), turns };
}

const roles: readonly TurnRole[] = ['system', 'user', 'assistant', 'tool'];

/** The first turn includes the marks that begin the document. */
function readTurn(reader: Reader, turns: Turns, number: number): Turn {
  const first = number === 0 ? 0 : reader.at().token;
  const role = roles.find((candidate) => reader.takeMarks(turns.opening[candidate]));
  if (role === undefined) throw reader.unexpected('the start of a turn');
  const start = reader.at();
  reader.takeText();
  const end = reader.at();
  if (!reader.takeMarks(turns.closing, tokenPlaces.endOfTurn)) {
    throw reader.unexpected('the end of a turn');
  }
  return {
    role: turns.roleNames[role],
    start: start.bytes,
    end: end.bytes,
    tokens: { start: first, content: start.next, close: end.token, end: reader.at().token },
  };
}

interface Position {
  readonly token: number;
  /** The first token that begins at or after this position. */
  readonly next: number;
  /** Bytes of text before this position. */
  readonly bytes: number;
}

interface Reader {
  at(): Position;
  /** Takes all marks or none. Control tokens among them get the place `control`. */
  takeMarks(marks: readonly Mark[], control?: number): boolean;
  /** Takes text up to the next control token. */
  takeText(): void;
  unexpected(wanted: string): TemplateError;
  finish(): Omit<ReadDocument, 'turns'>;
}

/** Reads tokens [0, last); a mark may end within a token. */
function createReader(ids: Uint32Array, last: number, bytes: TokenBytes): Reader {
  const ends = new Uint32Array(ids.length);
  const places = new Uint8Array(ids.length);
  const chunks: Buffer[] = [];
  let token = 0;
  /** How many bytes of `token` are already taken. */
  let offset = 0;
  let length = 0;

  const bytesOf = (position: number): Buffer | null => {
    const id = ids[position] ?? 0;
    if (position >= last || bytes.isControl(id) || bytes.byteLength(id) === 0) return null;
    return bytes.decode(ids.subarray(position, position + 1));
  };

  /** Returns where `text` ends if it stands at `from`, else null. */
  const matchText = (text: string, from: readonly [token: number, offset: number]) => {
    let [position, within] = from;
    let current = bytesOf(position);
    for (const byte of Buffer.from(text, 'utf8')) {
      if (current === null || current[within] !== byte) return null;
      within += 1;
      if (within < current.byteLength) continue;
      position += 1;
      within = 0;
      current = bytesOf(position);
    }
    return [position, within] as const;
  };

  const match = (mark: Mark, from: readonly [token: number, offset: number]) => {
    if ('text' in mark) return matchText(mark.text, from);
    const [position, within] = from;
    return within === 0 && position < last && ids[position] === mark.id
      ? ([position + 1, 0] as const)
      : null;
  };

  const takeMarks = (marks: readonly Mark[], control: number = tokenPlaces.mark): boolean => {
    let to: readonly [token: number, offset: number] | null = [token, offset];
    for (const mark of marks) {
      to = match(mark, to);
      if (to === null) return false;
    }
    const [position, within] = to;
    for (let passed = token; passed < position + (within > 0 ? 1 : 0); passed += 1) {
      places[passed] = bytes.isControl(ids[passed] ?? 0) ? control : tokenPlaces.mark;
      ends[passed] = length;
    }
    token = position;
    offset = within;
    return true;
  };

  const takeText = (): void => {
    const first = token;
    const skipped = offset;
    for (; token < last; token += 1) {
      const id = ids[token] ?? 0;
      const size = bytes.byteLength(id);
      if (size === 0 && bytes.isControl(id)) break;
      if (size === 0) throw new TemplateError(`token ${token} is none of the vocabulary`, token);
      length += size - offset;
      offset = 0;
      ends[token] = length;
    }
    if (token > first) chunks.push(bytes.decode(ids.subarray(first, token)).subarray(skipped));
  };

  return {
    at: () => ({ token, next: offset > 0 ? token + 1 : token, bytes: length }),
    takeMarks,
    takeText,
    unexpected: (wanted) => new TemplateError(`token ${token} is not ${wanted}`, token),
    finish: () => {
      ends[last] = length;
      places[last] = tokenPlaces.endOfText;
      return { text: Buffer.concat(chunks), ends, places };
    },
  };
}
