/**
 * Expands the variables and functions of make that build paths. A variable that is set in several
 * branches has all of these values. Pure.
 */
import type { Budget } from '../budget.ts';
import { unknown } from './named-folders.ts';

/** The alternative values that a text may have. */
export type Values = readonly string[];

export interface MakeVariables {
  set(name: string, operator: string, value: string): void;
  expand(text: string): Values;
}

interface Lookup {
  /** Returns the value of a variable that make or a similar tool sets itself. */
  readonly predefined: (name: string) => string | undefined;
  /** Returns the paths that match a pattern. */
  readonly wildcard: (pattern: string) => readonly string[];
  /** Characters that may be made; once they are spent, every value is unknown. */
  readonly budget: Budget;
}

const valuesMax = 8;
const lengthMax = 64 * 1024;
/** Of variables whose values name variables. */
const depthMax = 24;
/** Of references in references: deeper ones could exhaust the stack. */
const nestingMax = 100;
/** What a step takes from the budget beside the characters that it makes. */
const stepWeight = 256;

export function openMakeVariables(lookup: Lookup): MakeVariables {
  const known = new Map<string, string[]>();
  return {
    set(name, operator, value) {
      const values = known.get(name);
      if (values === undefined) known.set(name, [value]);
      else if (operator === '+=') {
        known.set(
          name,
          values.map((before) =>
            before.length < lengthMax ? `${before} ${value}`.slice(0, lengthMax) : before,
          ),
        );
      } else if (values.length < valuesMax && !values.includes(value)) values.push(value);
    },
    expand: (text) => expandText({ known, lookup, bound: new Map(), open: [], depth: 0 }, text),
  };
}

interface Scope {
  readonly known: ReadonlyMap<string, Values>;
  readonly lookup: Lookup;
  /** Loop variables of `foreach` to their current words. */
  readonly bound: ReadonlyMap<string, string>;
  /** Names of the variables that are being expanded; stops recursion. */
  readonly open: readonly string[];
  /** References around the one that is being expanded. */
  readonly depth: number;
}

function expandText(scope: Scope, text: string): Values {
  let results: string[] = [''];
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf('$', at);
    const plain = text.slice(at, dollar < 0 ? text.length : dollar);
    const [values, end] = dollar < 0 ? [[''], text.length] : readReference(scope, text, dollar);
    results = combined(scope.lookup.budget, results, plain, values);
    at = end;
  }
  return results;
}

/** Returns the first alternatives of what comes before and after a piece of plain text. */
function combined(budget: Budget, befores: Values, plain: string, values: Values): string[] {
  const results = new Set<string>();
  for (const before of befores) {
    for (const value of values) {
      const length = before.length + plain.length + value.length;
      if (!budget.take(stepWeight + length)) return [unknown('budget')];
      results.add(before + plain + value);
      if (results.size >= valuesMax) break;
    }
    if (results.size >= valuesMax) break;
  }
  return [...results].map((each) => each.slice(0, lengthMax));
}

/** Returns the values of the reference that begins at a `$`, and the index after it. */
function readReference(scope: Scope, text: string, dollar: number): [Values, end: number] {
  const open = text[dollar + 1] ?? '';
  if (open === '$') return [['$'], dollar + 2];
  if (open !== '(' && open !== '{') return [valuesOf(scope, open), dollar + 2];
  const end = closingOf(text, dollar + 1);
  const inner = { ...scope, depth: scope.depth + 1 };
  return [evaluate(inner, text.slice(dollar + 2, end)), end + 1];
}

function closingOf(text: string, open: number): number {
  const pairs: Readonly<Record<string, string>> = { '(': ')', '{': '}' };
  const stack: string[] = [];
  for (let at = open; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const closes = pairs[character];
    if (closes !== undefined) stack.push(closes);
    else if (character === stack.at(-1)) stack.pop();
    if (stack.length === 0) return at;
  }
  return text.length;
}

function evaluate(scope: Scope, expression: string): Values {
  const { open, depth, lookup } = scope;
  if (open.length > depthMax || depth > nestingMax) return [unknown('depth')];
  if (!lookup.budget.take(stepWeight + expression.length)) return [unknown('budget')];
  const call = /^([a-z-]+)[ \t]+([\s\S]*)$/.exec(expression);
  if (call !== null) return callFunction(scope, call[1] ?? '', argumentsOf(call[2] ?? ''));
  const change = /^([^:]+):([^=]*)=([\s\S]*)$/.exec(expression);
  if (change !== null) {
    const [, name = '', from = '', to = ''] = change;
    const pattern = from.includes('%') ? [from, to] : [`%${from}`, `%${to}`];
    return valuesOf(scope, name).flatMap((list) =>
      expandText(scope, pattern[1] ?? '').map((target) =>
        mapWords(list, (word) => replacePattern(word, pattern[0] ?? '', target)),
      ),
    );
  }
  return expandText(scope, expression).flatMap((name) => valuesOf(scope, name));
}

function valuesOf(scope: Scope, name: string): Values {
  const bound = scope.bound.get(name);
  if (bound !== undefined) return [bound];
  const values = scope.open.includes(name) ? undefined : scope.known.get(name);
  if (values === undefined) {
    const predefined = scope.lookup.predefined(name);
    // A self-reference means the earlier value; it stays empty, as that value is listed already.
    return [predefined ?? (scope.open.includes(name) ? '' : unknown(name))];
  }
  const inner = { ...scope, open: [...scope.open, name] };
  return [...new Set(values.flatMap((value) => expandText(inner, value)))].slice(0, valuesMax);
}

/** Splits arguments at the commas outside of brackets. */
function argumentsOf(text: string): string[] {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '(' || character === '{') depth += 1;
    else if (character === ')' || character === '}') depth -= 1;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

type Apply = (words: string, ...rest: string[]) => string;

/** `list` is the index of the list among make's arguments; `apply` takes the list first. */
const functions: Readonly<Record<string, readonly [list: number, apply: Apply]>> = {
  addprefix: [1, (list, prefix) => mapWords(list, (word) => prefix + word)],
  addsuffix: [1, (list, suffix) => mapWords(list, (word) => word + suffix)],
  patsubst: [2, (list, from, to) => mapWords(list, (w) => replacePattern(w, from ?? '', to ?? ''))],
  subst: [2, (text, from, to) => (from === '' ? text : joined(text.split(from ?? ''), to ?? ''))],
  dir: [0, (list) => mapWords(list, (word) => folderOf(word) || './')],
  notdir: [0, (list) => mapWords(list, (word) => word.replace(/^.*\//, ''))],
  abspath: [0, (list) => list],
  realpath: [0, (list) => list],
  strip: [0, (list) => wordsOf(list).join(' ')],
  sort: [0, (list) => [...new Set(wordsOf(list))].join(' ')],
  firstword: [0, (list) => wordsOf(list)[0] ?? ''],
  lastword: [0, (list) => wordsOf(list).at(-1) ?? ''],
  'filter-out': [1, (list) => list],
  filter: [1, (list) => list],
};

function callFunction(scope: Scope, name: string, given: readonly string[]): Values {
  if (name === 'foreach') return forEach(scope, given);
  if (name === 'if') return given.slice(1).flatMap((text) => expandText(scope, text.trim()));
  if (name === 'or' || name === 'and') return given.flatMap((text) => expandText(scope, text));
  if (name === 'shell') {
    return [/^\s*pwd\s*$/.test(given.join(',')) ? '.' : unknown('shell')];
  }
  const values = given.map((text) => expandText(scope, name === 'subst' ? text : text.trim()));
  if (name === 'wildcard') {
    return (values[0] ?? []).map((list) => joined(found(scope, list), ' '));
  }
  const [place = 0, apply] = functions[name] ?? [];
  if (apply === undefined) return [unknown(name)];
  const others = values.filter((_, index) => index !== place).map(([first = '']) => first);
  return (values[place] ?? ['']).map((list) => apply(list, ...others));
}

function forEach(scope: Scope, [name = '', list = '', text = '']: readonly string[]): Values {
  return expandText(scope, list).map((words) =>
    mapWords(words, (word) => {
      const bound = new Map([...scope.bound, [name.trim(), word]]);
      return expandText({ ...scope, bound }, text)[0] ?? '';
    }),
  );
}

function* found({ lookup }: Scope, patterns: string): Iterable<string> {
  for (const pattern of wordsOf(patterns)) yield* lookup.wildcard(pattern);
}

/** Returns the folder of a path with its slash. */
function folderOf(word: string): string {
  return word.slice(0, word.lastIndexOf('/') + 1);
}

export function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function mapWords(text: string, change: (word: string) => string): string {
  return joined(changed(wordsOf(text), change), ' ');
}

function* changed(words: readonly string[], change: (word: string) => string): Iterable<string> {
  for (const word of words) yield change(word);
}

/** Joins parts up to the length that is kept: a function could make a text of any length. */
function joined(parts: Iterable<string>, between: string): string {
  const kept: string[] = [];
  let length = 0;
  for (const part of parts) {
    if (length > lengthMax) break;
    kept.push(part);
    length += part.length + between.length;
  }
  return kept.join(between);
}

function replacePattern(word: string, from: string, to: string): string {
  const [before = '', after] = from.split('%', 2);
  if (after === undefined) return word === from ? to : word;
  if (!word.startsWith(before) || !word.endsWith(after)) return word;
  if (word.length < before.length + after.length) return word;
  return to.replace('%', () => word.slice(before.length, word.length - after.length));
}
