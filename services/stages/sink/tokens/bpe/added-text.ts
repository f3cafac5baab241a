/**
 * Finds added tokens in a text before anything else cuts it, as Hugging Face's library does: those
 * that are not normalized first, then the others in what is left; of those that begin at one place
 * the longest. Pure.
 */
import { codePointAt } from './automaton.ts';
import { type CodePoints, has, word } from './unicode.ts';

export interface AddedText {
  readonly id: number;
  readonly content: string;
  readonly singleWord: boolean;
  readonly normalized: boolean;
}

/** Bytes [start, end) that are an added token, or with -1 for its id what is between two. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly id: number;
}

/** All spans of a text, in order; none is empty. */
export type FindAdded = (bytes: Uint8Array) => Iterable<Span>;

export function createFinder(tokens: readonly AddedText[]): FindAdded {
  const [raw, normalized] = [false, true].map((which) =>
    createTrie(tokens.filter((token) => token.normalized === which)),
  );
  return function* find(bytes) {
    for (const span of cut(raw, bytes, 0, bytes.length)) {
      if (span.id >= 0) yield span;
      else yield* cut(normalized, bytes, span.start, span.end);
    }
  };
}

interface Trie {
  /** 1 for every two bytes, first × 256 + second, that some token may begin with. */
  readonly pairs: Uint8Array;
  /** From [node × 256 + byte] to the next node; the root is 0. */
  readonly edges: ReadonlyMap<number, number>;
  /** The token that ends at a node. */
  readonly ends: ReadonlyMap<number, AddedText>;
  /** What words are made of; empty where no token asks. */
  readonly words: CodePoints;
}

function createTrie(tokens: readonly AddedText[]): Trie | undefined {
  if (tokens.length === 0) return undefined;
  const pairs = new Uint8Array(1 << 16);
  const edges = new Map<number, number>();
  const ends = new Map<number, AddedText>();
  for (const token of tokens) {
    const bytes = Buffer.from(token.content, 'utf8');
    const [first = 0, second] = bytes;
    if (second === undefined) pairs.fill(1, first * 256, first * 256 + 256);
    else pairs[first * 256 + second] = 1;
    let node = 0;
    for (const byte of bytes) {
      const edge = node * 256 + byte;
      node = edges.get(edge) ?? edges.size + 1;
      edges.set(edge, node);
    }
    ends.set(node, token);
  }
  const words = tokens.some(({ singleWord }) => singleWord) ? word() : [];
  return { pairs, edges, ends, words };
}

/** Spans of a range that is a text of its own. */
function* cut(
  trie: Trie | undefined,
  bytes: Uint8Array,
  start: number,
  end: number,
): Generator<Span> {
  let from = start;
  for (let at = start; trie !== undefined && at < end; ) {
    const pair = (bytes[at] as number) * 256 + (bytes[at + 1] ?? 0);
    const token = trie.pairs[pair] === 1 ? longestAt(trie, bytes, at, end) : null;
    if (token === null) {
      at += 1;
      continue;
    }
    const after = at + Buffer.byteLength(token.content);
    // A match that is not a word of its own is skipped whole, without a search for a shorter one.
    if (!token.singleWord || isWord(trie, bytes, [at, after], [start, end])) {
      if (from < at) yield { start: from, end: at, id: -1 };
      yield { start: at, end: after, id: token.id };
      from = after;
    }
    at = after;
  }
  if (from < end) yield { start: from, end, id: -1 };
}

function longestAt(trie: Trie, bytes: Uint8Array, start: number, end: number): AddedText | null {
  let longest: AddedText | null = null;
  let node: number | undefined = 0;
  for (let at = start; at < end; at += 1) {
    node = trie.edges.get(node * 256 + (bytes[at] as number));
    if (node === undefined) break;
    longest = trie.ends.get(node) ?? longest;
  }
  return longest;
}

type Range = readonly [start: number, end: number];

/** Whether no word goes on before or after a range of a text. */
function isWord({ words }: Trie, bytes: Uint8Array, range: Range, text: Range): boolean {
  const [start, end] = range;
  if (end < text[1] && has(words, codePointAt(bytes, end))) return false;
  if (start === text[0]) return true;
  let before = start - 1;
  while (((bytes[before] as number) & 0xc0) === 0x80) before -= 1;
  return !has(words, codePointAt(bytes, before));
}
