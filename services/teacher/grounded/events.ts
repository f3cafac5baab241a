/**
 * Reads what a stretch of code visibly does, line by line: guards, loops, what is set from what,
 * what is called, caught and given back. Patterns over masked lines; nothing is executed or guessed.
 */
import { sayCondition } from './conditions.ts';
import type { CodeLine } from './scan.ts';

export type Event =
  | {
      readonly kind: 'raise';
      readonly what: string;
      readonly message: string | null;
      readonly when: string | null;
    }
  | { readonly kind: 'return'; readonly what: string | null; readonly when: string | null }
  | { readonly kind: 'skip'; readonly word: string; readonly when: string | null }
  | { readonly kind: 'loop'; readonly over: string; readonly as: string | null }
  | {
      readonly kind: 'set';
      readonly target: string;
      readonly from: string | null;
      readonly attribute: boolean;
    }
  | { readonly kind: 'call'; readonly name: string }
  | { readonly kind: 'catch'; readonly what: string }
  | { readonly kind: 'resource'; readonly what: string };

/** Words of an error message that may be quoted: too few to be a copied run. */
const messageWordsMax = 6;

export function readEvents(lines: readonly CodeLine[]): Event[] {
  const events: Event[] = [];
  let guard: { when: string | null; indent: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const condition = conditionOf(line);
    if (condition !== null) {
      guard = { when: sayCondition(condition.text), indent: line.indent };
      if (condition.rest === '') continue;
    }
    const under = guard !== null && (condition !== null || line.indent > guard.indent);
    const body = condition === null ? line : restOf(line, condition.rest);
    const event = eventOf(body, under ? (guard?.when ?? null) : null, lines[index + 1]);
    if (event !== null) events.push(event);
    // Only the first statement under a condition is told as its consequence.
    guard = null;
  }
  return events;
}

function restOf(line: CodeLine, rest: string): CodeLine {
  const start = line.masked.lastIndexOf(rest);
  return { ...line, masked: rest, raw: line.raw.slice(start, start + rest.length) };
}

/** The condition of an `if` line and what follows it on the line. */
function conditionOf(line: CodeLine): { text: string; rest: string } | null {
  const head = /^\s*(?:\}\s*)?(?:else\s+)?(?:if|elif|unless)\b\s*/.exec(line.masked);
  if (head === null) return null;
  const start = head[0].length;
  const end = line.masked[start] === '(' ? closing(line.masked, start) : -1;
  const after = end < 0 ? '' : line.masked.slice(end + 1).trim();
  if (end >= 0 && !/^(?:&&|\|\||and\b|or\b|==|\.|\?|in\b|is\b)/.test(after)) {
    return { text: line.raw.slice(start + 1, end), rest: after.replace(/^[{:]\s*/, '') };
  }
  const colon =
    /^(.*?)\s*(?:\{\s*$|:\s*(?=return\b|raise\b|continue\b|break\b|pass\b|$)|\bthen\b)/.exec(
      line.masked.slice(start),
    );
  if (colon === null) return null;
  const text = line.raw.slice(start, start + (colon[1] ?? '').length);
  const rest = line.masked.slice(start + colon[0].length).trim();
  return { text: text.slice(text.lastIndexOf(';') + 1), rest };
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text[index] === '(') depth += 1;
    if (text[index] === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

function eventOf(line: CodeLine, when: string | null, next: CodeLine | undefined): Event | null {
  return (
    raiseOf(line, when, next) ??
    exitOf(line, when) ??
    loopOf(line) ??
    catchOf(line) ??
    resourceOf(line) ??
    setOf(line) ??
    callOf(line)
  );
}

function raiseOf(line: CodeLine, when: string | null, next: CodeLine | undefined): Event | null {
  const text = line.masked;
  const match =
    /\b(?:raise|throw)\b\s*(?:new\s+)?((?:[\w$]+(?:\.|::))*[A-Z][\w$]*)?/.exec(text) ??
    /\b(?:return\b.*)?\b((?:errors\.New|fmt\.Errorf|panic!?|bail!|unreachable!|abort|Err)(?=\())/.exec(
      text,
    );
  if (match === null) return null;
  const what = (match[1] ?? '').split(/\.|::/).at(-1) ?? '';
  const called = /^(?:New|Errorf|Err)$/.test(what) ? 'error' : what;
  const message =
    messageIn(line.raw.slice(match.index)) ??
    (/[([]\s*$/.test(text) ? messageIn(next?.raw ?? '') : null);
  return { kind: 'raise', what: called, message, when };
}

/** The first words of the first string on the line. */
function messageIn(text: string): string | null {
  const content = /(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`?)/.exec(text);
  const plain = (content?.[1] ?? content?.[2] ?? content?.[3] ?? '')
    .replace(/\$?\{[^}]*\}|%[-+\d.]*[a-zA-Z]|\\./g, ' ')
    .replace(/["`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const words = plain.split(' ');
  if (plain === '' || !/[a-z]{3}/i.test(plain)) return null;
  return words.length <= messageWordsMax ? plain : `${words.slice(0, messageWordsMax).join(' ')} …`;
}

function exitOf(line: CodeLine, when: string | null): Event | null {
  const skip = /^\s*(continue|break)\b/.exec(line.masked)?.[1];
  if (skip !== undefined) return { kind: 'skip', word: skip, when };
  const match = /^\s*(?:return|yield)\b\s*(.*?)[;\s}]*$/.exec(line.masked);
  if (match === null) return null;
  return { kind: 'return', what: valueName(match[1] ?? '', line), when };
}

/** A short name for a value: a name, a literal, or the call that makes it. */
function valueName(expression: string, line: CodeLine): string | null {
  const text = expression.trim();
  if (/^(?:[\w$]+(?:\.|->|::))*[\w$]+$/.test(text)) return text.replace(/^(?:self|this)[.>-]+/, '');
  if (/^(?:\[\]|\{\}|\(\)|""|''|-?\d+(?:\.\d+)?)$/.test(text)) return text;
  const start = line.masked.indexOf(text);
  if (/^(["'])\u00b7{1,20}\1$/.test(text)) return line.raw.slice(start, start + text.length);
  return calleeIn(text);
}

const notCalls = new Set(
  (
    'if for while switch return sizeof catch function and or not in is lambda await print assert super except with ' +
    'elif match fn func def class typeof defined throw raise new Some Ok Err len str int bool list dict set tuple'
  ).split(' '),
);

/** The outermost call of an expression: `f` of `f(g(x))`, with its nearest receiver. */
export function calleeIn(expression: string): string | null {
  for (const match of expression.matchAll(
    /((?:[\w$]+(?:\.|->|::))*)([A-Za-z_$][\w$]*!?)(?:<[\w, ]*>)?\(/g,
  )) {
    const name = match[2] ?? '';
    if (notCalls.has(name)) continue;
    const receiver = (match[1] ?? '')
      .split(/\.|->|::/)
      .filter((part) => part !== '')
      .at(-1);
    const plain = receiver === undefined || /^(?:self|this|cls|super)$/.test(receiver);
    return plain ? name : `${receiver}.${name}`;
  }
  return null;
}

function loopOf(line: CodeLine): Event | null {
  const text = line.masked;
  const each =
    /^\s*(?:async\s+)?for\b(?:\s+await)?\s*\(?\s*(?:const|let|var|final|auto|val)?\s*(?:[\w<>[\].]+[\s&*]+)?([\w$, ()[\]{}]*?)\s*(?:\bin\b|\bof\b|:=\s*range\b|(?<!:):(?!:))\s*(.*?)\)?\s*[:{]?\s*$/.exec(
      text,
    );
  if (each !== null) {
    const over = sourceOf(each[2] ?? '');
    const as = (each[1] ?? '').match(/[A-Za-z$][\w$]*/g)?.filter((name) => name !== '_') ?? [];
    return over === null
      ? null
      : { kind: 'loop', over, as: as.length === 0 ? null : as.join(', ') };
  }
  const repeat = /^\s*(?:\}\s*)?while\b\s*(.*?)\s*[:{]?\s*$/.exec(text)?.[1];
  if (repeat === undefined) return null;
  const over = sourceOf(repeat.replace(/\b(?:not|let|Some|None|null|nil|true|True)\b|\d+/g, ' '));
  return over === null ? null : { kind: 'loop', over, as: null };
}

function sourceOf(expression: string): string | null {
  const text = expression.replace(/^[\s&*(]+/, '').replace(/^mut\s+/, '');
  const path = /^(?:(?:self|this)(?:\.|->))?((?:[\w$]+(?:\.|->|::))*[A-Za-z_$][\w$]*)/.exec(
    text,
  )?.[1];
  if (path === undefined) return null;
  const called = calleeIn(text);
  return called !== null && /^(?:enumerate|sorted|reversed|zip|range|list)$/.test(called)
    ? (/\(\s*(?:self\.)?([A-Za-z_][\w.]*)/.exec(text)?.[1] ?? called)
    : path;
}

function catchOf(line: CodeLine): Event | null {
  const match =
    /\bexcept\b\s*\(?([\w., ]*?)\)?(?:\s+as\s+\w+)?\s*:|\bcatch\b\s*(?:\(([^)]*)\))?|^\s*rescue\b\s*([\w:]*)/.exec(
      line.masked,
    );
  if (match === null) return null;
  const types = (match[1] ?? match[2] ?? match[3] ?? '').match(/[A-Z]\w*/g) ?? [];
  return { kind: 'catch', what: types.slice(0, 3).join(', ') };
}

function resourceOf(line: CodeLine): Event | null {
  const match =
    /^\s*(?:async\s+)?with\s+(.*)/.exec(line.masked) ??
    /^\s*defer\s+(.*)/.exec(line.masked) ??
    /^\s*(?:using|synchronized|try)\s*\((.*)/.exec(line.masked);
  const used = match === null ? null : (calleeIn(match[1] ?? '') ?? sourceOf(match[1] ?? ''));
  if (used !== null) return { kind: 'resource', what: used };
  const lock = /\b([\w.]+?)(?:\.|->)(?:lock|Lock|RLock|acquire)\(\)/.exec(line.masked)?.[1];
  return lock === undefined ? null : { kind: 'resource', what: lock };
}

function setOf(line: CodeLine): Event | null {
  const match =
    /^\s*(?:export\s+)?(?:(?:const|let|var|final|auto|val|static|public|private|protected|mut|ref)\s+)*(?:[\w<>[\]*&:,]+[\s*&]+)?((?:self\.|this\.|this->)?[A-Za-z_$][\w$]*)(?:\s*:\s*[^=]+?)?\s*(?::=|=)(?![=>])\s*(.*)$/.exec(
      line.masked,
    ) ??
    /^\s*(?:(?:const|let|var)\s+)?[{[(]?\s*([A-Za-z_$][\w$]*(?:\s*,\s*[\w$]+)+)\s*[}\])]?\s*(?::=|=)(?![=>])\s*(.*)$/.exec(
      line.masked,
    );
  if (match === null) return null;
  const whole = match[1] ?? '';
  const attribute = /^(?:self\.|this\.|this->)/.test(whole);
  const target = whole.replace(/^(?:self\.|this\.|this->)/, '').replace(/\s+/g, '');
  if (/^(?:return|if|else|case|type|import|from)$/.test(target)) return null;
  return {
    kind: 'set',
    target,
    from: valueName((match[2] ?? '').replace(/[;,]\s*$/, ''), line),
    attribute,
  };
}

function callOf(line: CodeLine): Event | null {
  if (!/^\s*(?:await\s+)?(?:[\w$]+(?:\.|->|::))*[A-Za-z_$][\w$]*!?\(/.test(line.masked))
    return null;
  const name = calleeIn(line.masked);
  return name === null ? null : { kind: 'call', name };
}
