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

const calls = /\b(?:import_module|__import__|sys\.path\.(?:insert|append)|addsitedir)\s?\(/g;
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
      return folderFact(inside.slice(place), text);
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
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')' && --depth === 0) return text.slice(0, at);
  }
  return text;
}

/** Reads a path of strings and of the file's own place; none if anything else is in it. */
function folderFact(expression: string, text: string): ImportFact[] {
  const [name] =
    /^\s*(?:str\(|os\.path\.\w+\()*([A-Za-z_]\w*)\b(?![\w.]*\()/.exec(expression)?.slice(1) ?? [];
  const whole =
    name === undefined ? expression : expression.replace(name, () => assignedTo(name, text));
  const strings = [...whole.matchAll(/["']([^"'\r\n]{1,120})["']/g)].map(([, part = '']) => part);
  if (!whole.includes('__file__')) {
    const [only] = strings;
    const isWhole = /^\s*[rf]?["'][^"']+["']\s*$|abspath|realpath|getcwd/.test(whole);
    if (only === undefined || !isWhole || /^[/~]|[{}]/.test(only)) return [];
    return [pathStyle, startStyle].map((style) => importFact({ specifier: only, style }));
  }
  const ups = (whole.match(/\bdirname\(|\.parent\b/g)?.length ?? 0) + parentsOf(whole);
  // The first step leads from the file to its folder; a string `..` may be that step.
  const steps = [...Array<string>(ups).fill('..'), ...strings].join('/').split('/');
  if (steps[0] !== '..' || steps.some((step) => /[{}]/.test(step))) return [];
  const specifier = steps.slice(1).join('/');
  return [importFact({ specifier: specifier === '' ? '.' : specifier, style: pathStyle })];
}

/** `.parents[n]` is n steps from the file's folder. */
function parentsOf(expression: string): number {
  const place = /\.parents\[(\d)\]/.exec(expression)?.[1];
  return place === undefined ? 0 : Number(place) + 1;
}

/** What a name was assigned, if that is one line about the file's own place. */
function assignedTo(name: string, text: string): string {
  const assigned = new RegExp(String.raw`^[ \t]*${name}[ \t]*=([^\r\n]*__file__[^\r\n]*)$`, 'm');
  return assigned.exec(text)?.[1] ?? name;
}
