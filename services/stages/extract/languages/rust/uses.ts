/**
 * Reads use trees and the arguments of macro calls from their text: the grammar sees the arguments
 * in `cfg_feature! { pub mod x; use a::b; }` and `println!("{}", a::b())` as loose tokens.
 */

export interface UsePath {
  readonly path: readonly string[];
  /** Name that the path gets in the file; `*` for all names. */
  readonly local: string;
}

export interface MacroText {
  /** Names of `mod x;`. */
  readonly modules: readonly string[];
  readonly uses: readonly { readonly tree: string; readonly isPublic: boolean }[];
  readonly paths: readonly string[];
  /** Names of macros that are called without a path. */
  readonly calls: readonly string[];
}

/** Deeper nesting is not read; no person writes it. */
const depthMax = 32;

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
const literal = /b?r(#*)"[\s\S]*?"\1|b?"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\.[^'\n]*|[^'\\\n])'/;
const comments = new RegExp(comment.source, 'g');
/** Text that is no code: comments and literals. */
export const silent = new RegExp(`${comment.source}|${literal.source}`, 'g');
const moduleItem = /\bmod\s+(?:r#)?(\w+)\s*;/g;
const useItem = /\b(pub(?:\s*\([^)]*\))?\s+)?use\s+([\w:{},*\s#]+);/g;
const codePath = /(?<![\w:.$])\$?[a-z_]\w*(?:\s*::\s*\w+)+/g;
const macroCall = /(?<![\w:.$])([a-z_]\w*)!\s*[({[]/g;

/** The paths of a use tree: `a::{b, c as d, e::*}` has three. */
export function readUseTree(tree: string): UsePath[] {
  return flatten(tree.replaceAll(comments, ' '), []);
}

/** The references to other files in the arguments of a macro call. */
export function readMacroText(text: string): MacroText {
  if (!/::|!|\b(?:mod|use)\b/.test(text)) return { modules: [], uses: [], paths: [], calls: [] };
  const code = text.replaceAll(silent, ' ');
  return {
    modules: [...code.matchAll(moduleItem)].flatMap(([, name]) => name ?? []),
    uses: [...code.matchAll(useItem)].map(([, visibility, tree = '']) => ({
      tree,
      isPublic: visibility !== undefined,
    })),
    paths: [...code.replaceAll(useItem, ' ').matchAll(codePath)].map(([path]) =>
      path.replaceAll(/\s+/g, ''),
    ),
    calls: [...code.matchAll(macroCall)].flatMap(([, name]) => name ?? []),
  };
}

function flatten(tree: string, prefix: readonly string[]): UsePath[] {
  const text = tree.trim();
  if (text === '' || prefix.length > depthMax) return [];
  const open = text.indexOf('{');
  if (open !== -1) {
    const base = [...prefix, ...segmentsOf(text.slice(0, open))];
    const inner = text.slice(open + 1, text.lastIndexOf('}'));
    return splitList(inner).flatMap((part) => flatten(part, base));
  }
  const [whole = '', alias] = text.split(/\s+as\s+/, 2);
  const own = segmentsOf(whole);
  if (own.at(-1) === '*') return [{ path: [...prefix, ...own.slice(0, -1)], local: '*' }];
  // `{self}` means the path before the braces.
  const path = own[0] === 'self' && prefix.length > 0 ? prefix : [...prefix, ...own];
  return [{ path, local: alias ?? path.at(-1) ?? '' }];
}

/** Segments of a path; a leading `::` gives an empty first segment. */
function segmentsOf(path: string): string[] {
  return path
    .trim()
    .split('::')
    .map((segment) => segment.trim().replace(/^r#/, ''))
    .filter((segment, index) => segment !== '' || (index === 0 && path.trim() !== ''));
}

/** Splits a list at the commas outside of braces. */
function splitList(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)];
}
