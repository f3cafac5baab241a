/** Recognises loops and branches on one masked line, in the forms of the common languages. */
import { inOrder } from '../patterns.ts';
import { sourceOf } from './callees.ts';
import type { CodeEvent } from './event.ts';
import type { CodeLine } from './scan.ts';

/** `for x in xs:`, `for (const x of xs) {`, `for x := range xs {` */
const forIn = inOrder(
  /^\s*(?:async\s+)?for\b(?:\s+await)?\s*\(?\s*(?:(?:const|let|var)\s+)?/,
  /([\w$, ()[\]{}&]+?)\s*(?:\bin\b|\bof\b|:=\s*range\b)/,
  /\s*(.*?)\)?\s*[:{]?\s*$/,
);

/** `for (final X x : xs) {` */
const forColon =
  /^\s*for\s*\(\s*(?:final\s+|const\s+)?[\w<>[\], .:]+?[\s&*]+(\w+)\s*:\s*(.*?)\)\s*\{?\s*$/;

export function loopOf(line: CodeLine): CodeEvent | null {
  const text = line.masked;
  const each = forIn.exec(text) ?? forColon.exec(text);
  if (each !== null) {
    const over = sourceOf(each[2] ?? '');
    const as = (each[1] ?? '').match(/[A-Za-z$][\w$]*/g)?.filter((name) => name !== '_') ?? [];
    return over === null
      ? null
      : { kind: 'loop', over, as: as.length === 0 ? null : as.join(', ') };
  }
  const counted = /^\s*for\s*\(?\s*(?:\w+\s+)*?(\w+)\s*:?=[^;]*;([^;]*);/.exec(text);
  if (counted !== null) {
    const bound = (counted[2] ?? '').split(/[<>=!]+/).at(-1) ?? '';
    return { kind: 'count', counter: counted[1] ?? '', bound: sourceOf(bound) };
  }
  return branchOf(text) ?? repeatOf(text);
}

function branchOf(text: string): CodeEvent | null {
  const match = /^\s*(?:[^"'(]*[=(]\s*|return\s+)?(?:match|switch)\b\s*\(?(.*?)\)?\s*[:{]\s*$/.exec(
    text,
  );
  const on = match === null ? null : sourceOf(match[1] ?? '');
  return on === null ? null : { kind: 'branch', on };
}

function repeatOf(text: string): CodeEvent | null {
  const repeat = /^\s*(?:\}\s*)?while\b\s*(.*?)\s*[:{]?\s*$/.exec(text)?.[1];
  if (repeat === undefined) return null;
  const condition = repeat
    .replace(/\blet\s+[\w:]+(?:\([^)]*\))?\s*=/, ' ')
    .replace(/\b(?:not|None|null|nil|NULL|true|True)\b|\b\d+\b|!/g, ' ');
  const over = sourceOf(condition);
  return over === null ? null : { kind: 'loop', over, as: null };
}
