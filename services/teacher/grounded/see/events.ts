/**
 * Reads what a stretch of code visibly does, line by line: guards, loops, assignments, calls,
 * catches and returns. Uses patterns over masked lines and guesses nothing.
 */
import { sayCondition } from './conditions.ts';
import type { CodeEvent } from './event.ts';
import { callOf, catchOf, checkOf, exitOf, raiseOf, resourceOf, setOf } from './event-patterns.ts';
import { loopOf } from './loop-patterns.ts';
import type { CodeLine } from './scan.ts';

export function readEvents(lines: readonly CodeLine[]): CodeEvent[] {
  const events: CodeEvent[] = [];
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
    // Only the first statement under a condition counts as its consequence.
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
    /^(.*?)\s*(?:\{\s*|:\s*(?=return\b|raise\b|continue\b|break\b|pass\b|$)|\bthen\b)/.exec(
      line.masked.slice(start),
    );
  if (colon === null) return null;
  const text = line.raw.slice(start, start + (colon[1] ?? '').length);
  const rest = line.masked
    .slice(start + colon[0].length)
    .trim()
    .replace(/\s*\}$/, '');
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

function eventOf(
  line: CodeLine,
  when: string | null,
  next: CodeLine | undefined,
): CodeEvent | null {
  return (
    raiseOf(line, when, next) ??
    exitOf(line, when) ??
    checkOf(line) ??
    loopOf(line) ??
    catchOf(line) ??
    resourceOf(line) ??
    setOf(line) ??
    callOf(line)
  );
}
