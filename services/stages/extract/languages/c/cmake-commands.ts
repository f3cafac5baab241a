/** Parses CMake's language: commands, arguments and the values of variables. Pure. */
import { unknown } from './named-folders.ts';

export interface CmakeCommand {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
}

const comment = /#\[(?<mark>=*)\[[\s\S]*?\]\k<mark>\]|#[^\n]*/;
const bracketed = /\[(?<level>=*)\[([\s\S]*?)\]\k<level>\]/;
const quoted = /"((?:\\[\s\S]|[^"\\])*)"/;
const plain = /[()]|(?:\\.|\$<[^\s]*|[^\s()"#\\])+/;
const token = new RegExp(
  [comment, bracketed, quoted, plain].map(({ source }) => source).join('|'),
  'g',
);

/** Returns the commands of a file; parentheses within arguments, as in conditions, are dropped. */
export function readCommands(text: string): CmakeCommand[] {
  const commands: CmakeCommand[] = [];
  let name = '';
  let args: string[] = [];
  let depth = 0;
  for (const [word, , , bracket, string] of text.matchAll(token)) {
    if (word.startsWith('#')) continue;
    if (word === '(') {
      if (depth === 0) args = [];
      depth += 1;
    } else if (word === ')') {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && name !== '') commands.push({ name: name.toLowerCase(), args });
      if (depth === 0) name = '';
    } else if (depth === 0) name = word;
    else args.push(bracket ?? string ?? word);
  }
  return commands;
}

export type CmakeValues = Map<string, string>;

const depthMax = 16;

/** Returns arguments with variables replaced, lists split, generator expressions evaluated. */
export function expandArguments(values: CmakeValues, args: readonly string[]): string[] {
  return args
    .flatMap((word) => expandText(values, word).split(';'))
    .flatMap(openGenerator)
    .filter((word) => word !== '');
}

export function expandText(values: CmakeValues, text: string): string {
  let result = text;
  for (let depth = 0; depth < depthMax && /\$\{[^${}]*\}/.test(result); depth += 1) {
    result = result.replaceAll(/\$\{([^${}]*)\}/g, (_, name: string) => {
      return values.get(name) ?? unknown(name);
    });
  }
  return result.slice(0, 64 * 1024);
}

/** Evaluates `$<BUILD_INTERFACE:x>` to x; all conditions hold, except those for installation. */
function openGenerator(word: string): string[] {
  const [, condition = '', inner] = /^\$<([^:>]*):(.*?)>*$/.exec(word) ?? [];
  if (inner === undefined) return word.startsWith('$<') ? [] : [word];
  return /^INSTALL_/.test(condition) ? [] : inner.split(';').flatMap(openGenerator);
}
