/** Names and values that a file uses: constants, attributes, short texts, recurring names. */
import { compareText } from '../../../../schemas/compare-text.ts';
import { calleeIn } from '../see/callees.ts';
import type { CodeEvent } from '../see/event.ts';
import { type CodeLine, stringFiller } from '../see/scan.ts';
import { joinNames, quote, unique } from '../wording.ts';
import type { FileFacts } from './definitions.ts';

const textCharactersMax = 28;

export interface ConstantValue {
  readonly line: number;
  readonly text: string;
}

/** "`X` is 30" for constants with short values; constants of equal value share a sentence. */
export function constantValues(facts: FileFacts): ConstantValue[] {
  const groups = new Map<string, { line: number; names: string[] }>();
  for (const { symbol } of facts.definitions) {
    if (symbol.parent !== null || !/^(?:constant|variable|static|macro)$/.test(symbol.kind))
      continue;
    const line = facts.lines.find(
      (one) =>
        one.number >= symbol.startLine &&
        one.number <= symbol.endLine &&
        one.masked.includes(symbol.name),
    );
    // That a list of exports is a list says nothing.
    const told = line !== undefined && symbol.name !== '__all__';
    const value = told ? sayValue(line, symbol.name) : null;
    if (value === null) continue;
    const group = groups.get(value) ?? { line: symbol.startLine, names: [] };
    group.names.push(symbol.name);
    groups.set(value, group);
  }
  return [...groups].map(([value, { line, names }]) => ({
    line,
    text: `${joinNames(names, 10)} ${names.length === 1 ? value : plural(value)}`,
  }));
}

function plural(value: string): string {
  return value
    .replace(/^is an? /, 'are each a ')
    .replace(/^is the /, 'are each the ')
    .replace(/^is /, 'are ')
    .replace(/^comes /, 'come ');
}

function sayValue(line: CodeLine, name: string): string | null {
  const after = line.masked.indexOf(name) + name.length;
  const define = /^\s*#\s*define\b/.test(line.masked);
  const equals = define ? after : line.masked.indexOf('=', after);
  if (equals < 0) return null;
  const start = define ? after : equals + 1;
  const masked = line.masked
    .slice(start)
    .replace(/[;,]\s*$/, '')
    .trim();
  const raw = line.raw.slice(start).trim();
  if (/^-?[\d][\w.]*$/.test(masked) || /^(?:true|false|null|nil|None|True|False)$/.test(masked))
    return `is ${quote(masked)}`;
  const text = /^[rbuf]?(["'`])(.{1,28}?)\1/.exec(raw)?.[2];
  if (text !== undefined && /^[rbuf]?["'`]/.test(masked) && /\w/.test(text))
    return `is the text “${text}”`;
  if (/^\/./.test(raw) || /\b(?:re\.compile|RegExp|MustCompile|Regex::new)\(/.test(masked))
    return 'is a pattern';
  if (/^[[({]/.test(masked))
    return masked.startsWith('{') ? 'is a table of keys and values' : 'is a fixed list';
  if (/^(?:async\s+)?(?:function\b|\([^)]*\)\s*=>|\w+\s*=>|lambda\b)/.test(masked))
    return 'is a function';
  const called = calleeIn(masked);
  // What is imported is told as what the file needs.
  return called === null || called === 'require' ? null : `comes from ${quote(called)}`;
}

/** Attributes set on an instance, in the order of the code. */
export function storedAttributes(events: readonly CodeEvent[]): string[] {
  const names = events.flatMap((event) =>
    event.kind === 'set' && event.attribute ? [event.target] : [],
  );
  return unique(names);
}

/** Contents of short strings: keys, formats, words of a protocol. */
export function shortTexts(lines: readonly CodeLine[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const pattern = new RegExp(`["'\`]${stringFiller}{2,${textCharactersMax}}["'\`]`, 'g');
    for (const match of line.masked.matchAll(pattern)) {
      const text = line.raw.slice(match.index + 1, match.index + match[0].length - 1);
      if (/^[\w./:%{} -]+$/.test(text) && /[a-zA-Z]{2}/.test(text)) texts.push(text.trim());
    }
  }
  return unique(texts);
}

const frequentWords = new Set(
  (
    'self this return import from const let var function async await class def for while if else elif try except catch ' +
    'throw raise new null None true True false False undefined void int char string str bool public private protected ' +
    'static final export default struct impl use mod pub fn match mut ref type interface enum extends implements package ' +
    'func range defer chan map nil error err not and in is as with pass break continue case switch do super cls lambda ' +
    'yield global del assert finally typeof instanceof require exports module include define ifdef endif ifndef unsigned ' +
    'size_t long double float sizeof goto override usize u8 u32 u64 i32 i64 Some Ok Err Result Option Box Vec Self where ' +
    'any number boolean string unknown never readonly declare namespace optional Optional List Dict Any Union object'
  ).split(' '),
);

/** Names used three times or more that are no definition of the file, most used first. */
export function recurringNames(facts: FileFacts): string[] {
  const defined = new Set(facts.structure.symbols.map((symbol) => symbol.name));
  const uses = new Map<string, number>();
  for (const line of facts.lines) {
    for (const [name] of line.masked.matchAll(/[A-Za-z_$][\w$]{3,}/g)) {
      if (!frequentWords.has(name) && !defined.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
    }
  }
  return [...uses]
    .filter(([, times]) => times >= 3)
    .sort(
      ([a, timesA], [b, timesB]) =>
        timesB * b.length - timesA * a.length || timesB - timesA || compareText(a, b),
    )
    .sort(([, timesA], [, timesB]) => timesB - timesA)
    .slice(0, 48)
    .map(([name]) => name);
}
