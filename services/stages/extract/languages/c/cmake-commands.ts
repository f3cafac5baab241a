/** Parses CMake's language: commands, arguments and the values of variables. Pure. */
import type { Budget } from '../budget.ts';
import { unknown } from './named-folders.ts';

export interface CmakeCommand {
  /** In lower case. */
  readonly name: string;
  readonly args: readonly string[];
}

// What is not closed goes to the end: otherwise each later opening would be tried in vain.
const comment = /#\[(?<mark>=*)\[[\s\S]*?(?:\]\k<mark>\]|$)|#[^\n]*/;
const bracketed = /\[(?<level>=*)\[([\s\S]*?)(?:\]\k<level>\]|$)/;
const quoted = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)(?:"|\\?$)/;
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

/** The variables of a list file; all of a project share one budget of characters. */
export interface CmakeValues {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  /** Sets a list: its words with semicolons between them. */
  setList(name: string, words: readonly string[]): void;
  /** Returns a text with variables replaced. */
  expand(text: string): string;
  /** Returns arguments with variables replaced, lists split, generator expressions evaluated. */
  words(args: readonly string[]): string[];
  /** Returns values of their own that start as these. */
  copy(): CmakeValues;
}

const depthMax = 16;
const lengthMax = 64 * 1024;

export function openValues(budget: Budget, start: Iterable<[string, string]> = []): CmakeValues {
  const values = new Map(start);
  const expand = (text: string) => expandText(values, budget, text);
  return {
    get: (name) => values.get(name),
    set: (name, value) => values.set(name, value),
    setList(name, words) {
      let length = 0;
      const end = words.findIndex((word) => {
        length += word.length + 1;
        return length > lengthMax;
      });
      const kept = end < 0 ? words : words.slice(0, end + 1);
      values.set(name, kept.join(';').slice(0, lengthMax));
    },
    expand,
    words(args) {
      const found: string[] = [];
      for (const arg of args) {
        if (budget.isSpent) break;
        for (const part of expand(arg).split(';')) found.push(...openGenerator(part, 0));
      }
      return found.filter((word) => word !== '');
    },
    copy: () => openValues(budget, values),
  };
}

function expandText(values: ReadonlyMap<string, string>, budget: Budget, text: string): string {
  let result = text;
  budget.take(text.length);
  for (let depth = 0; depth < depthMax && /\$\{[^${}]*\}/.test(result); depth += 1) {
    let length = 0;
    result = result.replaceAll(/\$\{([^${}]*)\}/g, (_, name: string) => {
      // What lies beyond the length that is kept is not made: it could have any length.
      if (length > lengthMax) return '';
      const value = values.get(name) ?? unknown(name);
      length += value.length;
      return value;
    });
    budget.take(result.length);
  }
  return result.slice(0, lengthMax);
}

/** Evaluates `$<BUILD_INTERFACE:x>` to x; all conditions hold, except those for installation. */
function openGenerator(word: string, depth: number): string[] {
  const [opening, condition = ''] = /^\$<([^:>]*):/.exec(word) ?? [];
  if (opening === undefined) return word.startsWith('$<') ? [] : [word];
  let end = word.length;
  while (word[end - 1] === '>') end -= 1;
  const inner = word.slice(opening.length, end);
  if (inner.includes('\n') || depth >= depthMax || condition.startsWith('INSTALL_')) return [];
  return inner.split(';').flatMap((part) => openGenerator(part, depth + 1));
}
