/**
 * The grammar sees items in the braces of a macro call, `cfg_net! { pub mod tcp; }`, as loose
 * tokens. If the braces hold plain items, blanks replace the braces. The call stays a call, except
 * for `cfg_if!`. The length of the text and the positions of the items stay. Pure.
 */
import { silent } from './uses.ts';

const call = /(?<=^[ \t]*)((?:\w+\s*::\s*)*)(\w+)!(\s*)\{/gm;
const branch = /\s*(?:else\s*)?(?:if\s*(#\[[^\]]*\])\s*)?\{/y;
const visibility = /pub(?:\s*\([^()]*\))?\s+|default\s+|crate\s+/y;
const words = /(?:(?:unsafe|async|const|extern(?:\s*"[^"]*")?)\s+)*/y;
const keyword = /(?:mod|use|enum|fn|impl|trait|type|static(?!\s+ref\b)|const|extern|union)\b/;
const structure = /struct\s+\w+\s*(?=[<{(;]|where\b)/;
const otherCall = /macro_rules!|(?:\w+::)*\w+!\s*[{([]/;
const items = new RegExp(`${keyword.source}|${structure.source}|${otherCall.source}|$`, 'y');

export function unwrapItems(text: string): string {
  if (!/^[ \t]*(?:\w+\s*::\s*)*\w+!\s*\{/m.test(text)) return text;
  // Comments and literals become blanks of the same length, so that braces can be counted.
  const code = text.replaceAll(silent, (found) => found.replaceAll(/[^\n]/g, ' '));
  const blanked: [start: number, end: number, by: string][] = [];
  for (const found of code.matchAll(call)) {
    const open = found.index + found[0].length - 1;
    const close = closingOf(code, open);
    if (close === null) continue;
    const [whole, path = '', name = '', gap = ''] = found;
    if (name === 'cfg_if') {
      const branches = branchesOf(code, open, close);
      if (branches.length === 0) continue;
      const blank = whole.replaceAll(/[^\n]/g, ' ');
      blanked.push([found.index, open + 1, blank], ...branches, [close, close + 1, ' ']);
    } else if (gap !== '' && holdsItems(code, open + 1, close)) {
      const kept = `${path}${name}!{}`;
      blanked.push([
        found.index,
        open + 1,
        kept + whole.slice(kept.length).replaceAll(/[^\n]/g, ' '),
      ]);
      blanked.push([close, close + 1, ' ']);
    }
  }
  blanked.sort(([a], [b]) => a - b);
  let result = '';
  let at = 0;
  for (const [start, end, by] of blanked) {
    if (start < at) continue;
    result += text.slice(at, start) + by;
    at = end;
  }
  return result + text.slice(at);
}

const pairs: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']' };

function closingOf(code: string, open: number): number | null {
  const stack: string[] = [];
  for (let at = open; at < code.length; at += 1) {
    const character = code[at] ?? '';
    const closes = pairs[character];
    if (closes !== undefined) stack.push(closes);
    else if (character === stack.at(-1)) stack.pop();
    else if (character === '}' || character === ')' || character === ']') return null;
    if (stack.length === 0) return at;
  }
  return null;
}

/** Whether the text between two positions holds only items, judged by how each begins. */
function holdsItems(code: string, start: number, end: number): boolean {
  let at = start;
  for (;;) {
    at = afterAttributes(code, at, end);
    if (at >= end) return true;
    for (const prefix of [visibility, words]) at = matchAt(prefix, code, at) ?? at;
    if (matchAt(items, code, at) === null || code.startsWith('$', at)) return false;
    const next = afterItem(code, at, end);
    if (next === null) return false;
    at = next;
  }
}

function matchAt(pattern: RegExp, code: string, at: number): number | null {
  pattern.lastIndex = at;
  const found = pattern.exec(code);
  return found === null ? null : at + found[0].length;
}

function afterAttributes(code: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    at = matchAt(/\s*/y, code, at) ?? at;
    const open = matchAt(/#!?\s*(?=\[)/y, code, at);
    const close = open === null ? null : closingOf(code, open);
    if (close === null) break;
    at = close + 1;
  }
  return Math.min(at, end);
}

/** Position after the `;` or the braces that end an item; null if neither ends it. */
function afterItem(code: string, start: number, end: number): number | null {
  for (let at = start; at < end; at += 1) {
    const character = code[at] ?? '';
    if (character === '$') return null;
    if (character === ';') return at + 1;
    if (pairs[character] === undefined) continue;
    const close = closingOf(code, at);
    if (close === null) return null;
    // `use a::{b};` and `const A: [u8; 2] = [1, 2];` do not end with a bracket.
    if (character === '{' && !/^(?:use|const|static|type)\b/.test(code.slice(start, start + 8))) {
      return close + 1;
    }
    at = close;
  }
  return null;
}

/** Blanks for `cfg_if! { if #[cfg(a)] { … } else { … } }`; a condition stays, on the first item. */
function branchesOf(code: string, open: number, close: number): [number, number, string][] {
  const blanked: [number, number, string][] = [];
  let at = open + 1;
  for (;;) {
    const start = at;
    const inside = matchAt(branch, code, at);
    if (inside === null) break;
    const end = closingOf(code, inside - 1);
    if (end === null || end >= close || !holdsItems(code, inside, end)) return [];
    const head = code.slice(start, inside);
    const condition = head.indexOf('#[');
    const kept = head.replaceAll(/[^\n]/g, (letter, index: number) =>
      condition >= 0 && index >= condition && index <= head.lastIndexOf(']') ? letter : ' ',
    );
    blanked.push([start, inside, kept], [end, end + 1, ' ']);
    at = end + 1;
  }
  return code.slice(at, close).trim() === '' ? blanked : [];
}
