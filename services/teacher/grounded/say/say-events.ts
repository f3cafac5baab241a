/** Puts what code does into words: short phrases without a subject, in the order of the code. */
import type { CodeEvent } from '../see/event.ts';
import { joinNames, quote, unique } from '../wording.ts';

/** Guards: errors raised, early returns and skips under a condition. */
export function sayGuards(events: readonly CodeEvent[], max: number): string[] {
  const phrases = events.map((event) => (hasCause(event) ? sayOne(event) : null));
  return unique(phrases.filter((phrase) => phrase !== null)).slice(0, max);
}

function hasCause(event: CodeEvent): boolean {
  if (event.kind === 'raise') return true;
  if (event.kind === 'catch') return event.what !== '';
  return (event.kind === 'return' || event.kind === 'skip') && event.when !== null;
}

/** The course of a function; neighbouring events of one kind share a phrase. */
export function sayFlow(events: readonly CodeEvent[], max: number): string[] {
  const phrases: string[] = [];
  for (let index = 0; index < events.length && phrases.length < max; index += 1) {
    const run = runFrom(events, index);
    const phrase = run.length > 1 ? sayRun(run) : sayOne(events[index]);
    index += run.length - 1;
    if (phrase !== null && !phrases.includes(phrase)) phrases.push(phrase);
  }
  return phrases;
}

function runFrom(events: readonly CodeEvent[], start: number): CodeEvent[] {
  const first = events[start];
  if (first === undefined) return [];
  const same = (event: CodeEvent) =>
    (first.kind === 'call' && event.kind === 'call') ||
    (first.kind === 'set' && first.attribute && event.kind === 'set' && event.attribute);
  let end = start + 1;
  while (end < events.length && same(events[end] as CodeEvent)) end += 1;
  return events.slice(start, end);
}

/** What is imported is told as what the file needs. */
const imports = 'require';

function sayRun(run: readonly CodeEvent[]): string | null {
  const names = run.map(subjectOf).filter((name) => name !== imports);
  if (names.length === 0) return null;
  const verb = run[0]?.kind === 'call' ? 'calls' : 'stores';
  return `${verb} ${joinNames(names, 6)}`;
}

function subjectOf(event: CodeEvent): string {
  if (event.kind === 'call') return event.name;
  return event.kind === 'set' ? event.target : '';
}

function sayOne(event: CodeEvent | undefined): string | null {
  switch (event?.kind) {
    case 'raise':
      return withCause(sayRaise(event.what, event.message), event.when);
    case 'return':
      return sayReturn(event.what, event.when);
    case 'skip':
      return withCause(sayExit(event.word), event.when);
    case 'loop':
      return event.as === null
        ? `repeats over ${quote(event.over)}`
        : `goes through ${quote(event.over)} as ${joinNames(event.as.split(', '))}`;
    case 'check':
      return `checks ${joinNames(event.names, 4)}`;
    case 'count':
      return `counts ${quote(event.counter)}${event.bound === null ? '' : ` against ${quote(event.bound)}`}`;
    case 'branch':
      return `decides by ${quote(event.on)}`;
    case 'set':
      return saySet(event.target, event.from, event.attribute);
    case 'call':
      return event.name === imports ? null : `calls ${quote(event.name)}`;
    case 'catch':
      return event.what === ''
        ? 'catches a failure'
        : `catches ${joinNames(event.what.split(', '))}`;
    case 'resource':
      return `holds ${quote(event.what)} meanwhile`;
    default:
      return null;
  }
}

function sayExit(word: string): string {
  if (word === 'break') return 'stops the loop';
  return word === 'continue' ? 'skips the item' : `jumps to ${quote(word.replace('goto ', ''))}`;
}

function sayRaise(what: string, message: string | null): string {
  const said = message === null ? '' : ` saying “${message}”`;
  if (what === 'error') return `reports an error${said}`;
  if (/^(?:panic!?|abort|unreachable!|bail!)$/.test(what))
    return `gives up through ${quote(what)}${said}`;
  if (what === '') return said === '' ? 'raises it again' : `raises an error${said}`;
  const made = said === '' ? '' : ` of “${message}”`;
  return /^[a-z]/.test(what)
    ? `raises what ${quote(what)} makes${made}`
    : `raises ${quote(what)}${said}`;
}

function sayReturn(what: string | null, when: string | null): string | null {
  if (what === null) return when === null ? null : `returns early ${when}`;
  const value = what === '' ? 'nothing' : quote(what);
  return withCause(`returns ${value}`, when);
}

function saySet(target: string, from: string | null, attribute: boolean): string | null {
  const name = joinNames(target.split(','));
  const come = target.includes(',') ? 'come' : 'comes';
  if (from === imports) return null;
  if (from === null) return attribute ? `stores ${name}` : null;
  if (from === target) return attribute ? `stores ${name}` : null;
  const literal =
    literals[from] ?? (/^(?:["'\d-]|true|false|True|False)/.test(from) ? quote(from) : null);
  if (literal !== null) return `${name} ${attribute ? 'is kept and ' : ''}starts as ${literal}`;
  return attribute ? `stores ${name} from ${quote(from)}` : `${name} ${come} from ${quote(from)}`;
}

const literals: Readonly<Record<string, string>> = {
  '[]': 'an empty list',
  '{}': 'an empty table',
  '()': 'an empty tuple',
  '""': 'an empty text',
  "''": 'an empty text',
  None: 'nothing',
  null: 'nothing',
  nil: 'nothing',
  NULL: 'nothing',
  undefined: 'nothing',
};

function withCause(phrase: string, when: string | null): string {
  return when === null ? phrase : `${phrase} ${when}`;
}
