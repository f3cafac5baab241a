/**
 * A deterministic automaton for a pretokenizer's regular expression: one table look-up per
 * character, no backtracking, whatever the text. It keeps the order of alternatives: the match is
 * the one that a backtracking engine finds first, not the longest. Pure.
 */
import { type Node, UnsupportedPattern } from './pattern.ts';
import { type CodePoints, codePointEnd } from './unicode.ts';

export interface Automaton {
  /** Class of a code point; the last class is the end of the text. */
  readonly classes: Uint8Array;
  readonly width: number;
  /** [state × width + class]: next state × 2, + 1 where a match ends before the character. */
  readonly table: Int32Array;
}

/** State 0 is the end of the search; the search begins in state 1. */
const deadState = 0;
const statesMax = 4096;
const instructionsMax = 4096;

type Instruction =
  | { kind: 'set'; set: number; next: number }
  | { kind: 'look'; set: number; negative: boolean; next: number }
  | { kind: 'split'; first: number; second: number }
  | { kind: 'match' };

interface Program {
  readonly instructions: Instruction[];
  readonly sets: CodePoints[];
}

export function compile(node: Node): Automaton {
  const program: Program = { instructions: [{ kind: 'match' }], sets: [] };
  const start = emit(program, node, 0);
  const { classes, members, width } = partition(program.sets);
  const states = new Map<string, number>([['', deadState]]);
  const lists: number[][] = [[], [start]];
  states.set(`${start}`, 1);
  const rows: number[] = new Array<number>(width).fill(0);
  for (let state = 1; state < lists.length; state += 1) {
    for (let each = 0; each < width; each += 1) {
      const { next, matched } = step(program, lists[state] ?? [], members[each] ?? new Set());
      // No character follows the end of the text.
      const list = each === width - 1 ? [] : next;
      const key = list.join(',');
      const target = states.get(key) ?? lists.length;
      if (target === lists.length) {
        if (lists.length >= statesMax) throw new UnsupportedPattern('too many states');
        states.set(key, target);
        lists.push(list);
      }
      rows.push(target * 2 + (matched ? 1 : 0));
      if (state === 1 && matched) throw new UnsupportedPattern('a match of nothing');
    }
  }
  return { classes, width, table: Int32Array.from(rows) };
}

/** Adds the instructions of a node that go on at `next`; returns where they begin. */
function emit(program: Program, node: Node, next: number): number {
  const { instructions } = program;
  if (instructions.length > instructionsMax) throw new UnsupportedPattern('too long');
  const add = (instruction: Instruction) => instructions.push(instruction) - 1;
  switch (node.kind) {
    case 'set':
      return add({ kind: 'set', set: setIndex(program, node.set), next });
    case 'look':
      return add({
        kind: 'look',
        set: setIndex(program, node.set),
        negative: node.negative,
        next,
      });
    case 'sequence':
      return node.items.reduceRight((after, item) => emit(program, item, after), next);
    case 'choice':
      return node.options
        .map((option) => emit(program, option, next))
        .reduceRight((second, first) => add({ kind: 'split', first, second }));
    case 'repeat':
      return emitRepeat(program, node, next);
  }
}

function emitRepeat(program: Program, node: Node & { kind: 'repeat' }, next: number): number {
  const { item, min, max, mode } = node;
  const split = (into: number, past: number): Instruction =>
    mode === 'lazy'
      ? { kind: 'split', first: past, second: into }
      : { kind: 'split', first: into, second: past };
  let after = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = program.instructions.push({ kind: 'match' }) - 1;
    program.instructions[loop] = split(emit(program, item, loop), next);
    after = loop;
  } else {
    for (let copy = min; copy < max; copy += 1) {
      after = program.instructions.push(split(emit(program, item, after), next)) - 1;
    }
  }
  for (let copy = 0; copy < min; copy += 1) after = emit(program, item, after);
  return after;
}

function setIndex({ sets }: Program, set: CodePoints): number {
  const key = set.join();
  const known = sets.findIndex((each) => each.join() === key);
  return known >= 0 ? known : sets.push(set) - 1;
}

/** Classes of code points that no set tells apart, and which sets each class is in. */
function partition(sets: readonly CodePoints[]) {
  const bounds = [...new Set([0, codePointEnd, ...sets.flat()])].sort((a, b) => a - b);
  const classes = new Uint8Array(codePointEnd);
  const numbers = new Map<string, number>();
  const members: Set<number>[] = [];
  const cursors = sets.map(() => 0);
  for (let at = 0; at + 1 < bounds.length; at += 1) {
    const start = bounds[at] ?? 0;
    const inside = new Set<number>();
    sets.forEach((set, index) => {
      while ((set[cursors[index] ?? 0] ?? codePointEnd + 1) <= start) {
        cursors[index] = (cursors[index] ?? 0) + 1;
      }
      if ((cursors[index] ?? 0) % 2 === 1) inside.add(index);
    });
    const key = [...inside].join();
    const number = numbers.get(key) ?? numbers.size;
    if (number === numbers.size) members.push(inside);
    numbers.set(key, number);
    if (number > 250) throw new UnsupportedPattern('too many classes of characters');
    classes.fill(number, start, bounds[at + 1] ?? 0);
  }
  members.push(new Set());
  return { classes, members, width: members.length };
}

/**
 * Advances all threads by one character, in their order. When a thread reaches the match, the
 * threads after it are dropped, because a backtracking engine would never have tried them.
 */
function step(program: Program, list: readonly number[], inside: ReadonlySet<number>) {
  const seen = new Set<number>();
  const next: number[] = [];
  const pending = [...list].reverse();
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const instruction = program.instructions[at];
    if (instruction === undefined) throw new Error('a jump out of the program');
    if (instruction.kind === 'match') return { next, matched: true };
    if (instruction.kind === 'split') pending.push(instruction.second, instruction.first);
    else if (instruction.kind === 'look') {
      if (inside.has(instruction.set) !== instruction.negative) pending.push(instruction.next);
    } else if (inside.has(instruction.set) && !next.includes(instruction.next)) {
      next.push(instruction.next);
    }
  }
  return { next, matched: false };
}

/** End of the match that begins exactly at `start`, in bytes of UTF-8; -1 for none. */
export function matchAt(automaton: Automaton, bytes: Uint8Array, start: number, end: number) {
  const { classes, width, table } = automaton;
  let state = 1;
  let matched = -1;
  let at = start;
  while (at < end) {
    const byte = bytes[at] as number;
    let following = at + 1;
    let point = byte;
    if (byte >= 0x80) {
      point = codePointAt(bytes, at);
      following = at + lengthOf(byte);
    }
    const target = table[state * width + (classes[point] as number)] as number;
    if ((target & 1) === 1) matched = at;
    if (target < 2) return matched;
    state = target >> 1;
    at = following;
  }
  return ((table[state * width + width - 1] as number) & 1) === 1 ? end : matched;
}

/** Bytes of a UTF-8 character by its first one. */
export function lengthOf(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xe0) return 2;
  return byte < 0xf0 ? 3 : 4;
}

export function codePointAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return first;
  const second = (bytes[at + 1] as number) & 0x3f;
  if (first < 0xe0) return ((first & 0x1f) << 6) | second;
  const third = (bytes[at + 2] as number) & 0x3f;
  if (first < 0xf0) return ((first & 0x0f) << 12) | (second << 6) | third;
  return (
    ((first & 0x07) << 18) | (second << 12) | (third << 6) | ((bytes[at + 3] as number) & 0x3f)
  );
}
