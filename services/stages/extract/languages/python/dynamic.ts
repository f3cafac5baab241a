/**
 * What a Python file says of modules by calls: `importlib.import_module('a.b')`, and the folders
 * that it puts on the module path, as scripts and tests do: `sys.path.insert(0, …)`. Pure.
 */
import { type ImportFact, importFact, softness } from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';

/** The style of a fact that is no import but a folder on the path, relative to its file. */
export const pathStyle = 'path';
/** The same for a folder that is relative to wherever the program is started. */
export const startStyle = 'start';
/** The same for a folder that cannot be read: any folder may be meant. */
export const anywhereStyle = 'anywhere';

const calls = new RegExp(
  String.raw`\b(?:import_module|__import__|sys\.path\.(?:insert|append|extend)|addsitedir)\s?\(` +
    String.raw`|\bsys\.path\s?\+=\s?\[`,
  'g',
);
const argumentsMax = 400;
/** Calls in one file; those of a person are a few. */
const callsMax = 100;

export function readDynamic(root: SyntaxNode, text: string): ImportFact[] {
  if (!/import_module|__import__|sys\.path|addsitedir/.test(text)) return [];
  return [...text.matchAll(calls)].slice(0, callsMax).flatMap(({ index, 0: call }) => {
    // Comments and strings hold such calls, too.
    if (root.descendantForIndex(index).type !== 'identifier') return [];
    const open = index + call.length;
    const inside = insideBrackets(text.slice(open, open + argumentsMax));
    if (call.startsWith('sys') || call.startsWith('addsite')) {
      const place = /^\s*-?\d{1,3}\s*,/.exec(inside)?.[0].length ?? 0;
      const list = inside.slice(place).trim();
      return folderFact(list.replace(/^\[([^[\],]*)\]$/, '$1'), text);
    }
    const [, specifier, rest = ''] = /^\s*["']([\w.]{1,200})["']([\s\S]*)$/.exec(inside) ?? [];
    if (specifier === undefined) return [];
    if (specifier.startsWith('.') && !/__(?:package|name)__/.test(rest)) return [];
    return [importFact({ specifier, style: 'import', softness: softness.deferred })];
  });
}

function insideBrackets(text: string): string {
  let depth = 1;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(' || text[at] === '[') depth += 1;
    else if ((text[at] === ')' || text[at] === ']') && --depth === 0) return text.slice(0, at);
  }
  return text;
}

/** Names that lead from one to the next until the file's own place is reached. */
const namesMax = 4;

/** Reads a path of strings and of the file's own place; anything else may be any folder. */
function folderFact(expression: string, text: string): ImportFact[] {
  const whole = namesReplaced(expression, text);
  const strings = [...whole.matchAll(/["']([^"'\r\n]{1,120})["']/g)].map(([, part = '']) => part);
  const anywhere = [importFact({ specifier: '', style: anywhereStyle })];
  if (!whole.includes('__file__')) {
    const isStart = /^\s*(?:["']{2}|(?:os\.)?(?:getcwd\(\)|curdir))\s*$/.test(whole);
    const only = isStart ? '.' : strings[0];
    const isWhole = isStart || /^\s*[rf]?["'][^"']+["']\s*$|abspath|realpath/.test(whole);
    if (only !== undefined && /^[/~]/.test(only)) return [];
    if (only === undefined || !isWhole || /[{}]/.test(only)) return anywhere;
    return [pathStyle, startStyle].map((style) => importFact({ specifier: only, style }));
  }
  const ups =
    (whole.match(/\bdirname\(|\bpath\.split\(|\.parent\b/g)?.length ?? 0) + parentsOf(whole);
  // The first step leads from the file to its folder; a string `..` may be that step.
  const steps = [...Array<string>(ups).fill('..'), ...strings].join('/').split('/');
  if (steps[0] !== '..' || steps.some((step) => /[{}]/.test(step))) return anywhere;
  const specifier = steps.slice(1).join('/');
  return [importFact({ specifier: specifier === '' ? '.' : specifier, style: pathStyle })];
}

/** `.parents[n]` is n steps from the file's folder, and n + 1 from the file. */
function parentsOf(expression: string): number {
  const places = [...expression.matchAll(/\.parents\[(\d)\]/g)];
  return places.reduce((sum, [, place]) => sum + Number(place) + 1, 0);
}

/** The expression with the name that it begins with replaced by what that was assigned. */
function namesReplaced(expression: string, text: string): string {
  let whole = expression;
  for (let count = 0; count < namesMax; count += 1) {
    // A longer way to say `__file__`.
    whole = whole.replace(
      /\b(?:inspect\.)?getfile\(\s*(?:inspect\.)?currentframe\(\)\s*\)/,
      '__file__',
    );
    const name = /^\s*(?:str\(|os\.path\.\w+\()*([A-Za-z_]\w*)\b(?![\w.]*\()/.exec(whole)?.[1];
    if (name === undefined || whole.includes('__file__')) return whole;
    const assigned = assignedTo(name, text);
    if (assigned === null) return whole;
    whole = whole.replace(name, () => assigned);
  }
  return whole;
}

/** What a name was assigned: that about the file's own place, else the first. */
function assignedTo(name: string, text: string): string | null {
  const assignments = new RegExp(String.raw`^[ \t]*${name}[ \t]*=(?!=)`, 'gm');
  const values = [...text.matchAll(assignments)].slice(0, callsMax).map(({ index, 0: start }) => {
    const from = index + start.length;
    return statement(text.slice(from, from + argumentsMax));
  });
  return values.find((value) => value.includes('__file__')) ?? values[0] ?? null;
}

/** A value up to the end of its line, or of the line where its brackets are closed. */
function statement(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    else if (character === '\n' && depth <= 0) return text.slice(0, at).trim();
  }
  return text.trim();
}
