/** The forms of answers, and how an answer's text is parsed. Nothing is stripped silently. Pure. */
import { jsonrepair } from 'jsonrepair';
import { z } from 'zod';
import { partName } from '../prompts/think-prompt.ts';

/** Tabs and line ends are text; what else is invisible steers a terminal or hides words. */
const invisible = /(?![\t\n\r])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Plain text that survives UTF-8 and is what it looks like. */
const plainText = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => !text.includes('\0'), 'must not contain NUL')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
  .refine((text) => !text.includes('\ufffd'), 'must not contain U+FFFD, the mark of broken bytes')
  .refine((text) => !invisible.test(text), 'must not contain control characters');

export const planAnswer = z.object({ requirements: plainText, architecture: plainText });
export const modulesAnswer = z.object({
  modules: z.array(z.object({ module: z.string(), purpose: plainText })),
});
export const purposesAnswer = z.object({
  purposes: z.array(z.object({ path: z.string(), purpose: plainText })),
});
export const thoughtAnswer = z.object({ thought: plainText });

/** One thought for each part, under the name that the request gives the part. */
export function partsAnswer(parts: number) {
  const names = Array.from({ length: parts }, (_unused, at) => partName(at + 1));
  return z.object(Object.fromEntries(names.map((name) => [name, plainText])));
}

export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** Longer texts are no answer to what is asked. */
const textMax = 1_000_000;

/** Finds the object in an answer: models wrap it in fences or reasoning even when told not to. */
export function parseAnswer<Value>(text: string, form: z.ZodType<Value>): Parsed<Value> {
  if (text.length > textMax) return { problem: `the answer has more than ${textMax} characters` };
  if (text.trim() === '') return { problem: 'the answer is empty' };
  const from = endOfReasoning(text);
  if (from === null) return { problem: 'the answer ends within its reasoning' };
  // What comes last is what the model settled on.
  const found = objectsIn(text).filter(({ end }) => end > from);
  const read = found.map(({ value }) => form.safeParse(value));
  const good = read.findLast((each) => each.success);
  if (good !== undefined) return { value: good.data };
  const mended = mend(text.slice(from));
  const repaired = mended === null ? undefined : form.safeParse(mended);
  if (repaired?.success === true) return { value: repaired.data };
  const bad = read.at(-1) ?? repaired;
  if (bad?.error !== undefined) return { problem: z.prettifyError(bad.error) };
  return {
    problem: text.includes('{')
      ? 'the answer is not valid JSON'
      : 'the answer holds no JSON object',
  };
}

const opensReasoning = /^\s*<(think|thinking|reasoning)>/i;
const closesReasoning = /<\/(?:think|thinking|reasoning)>/gi;

/**
 * Where the reasoning ends: 0 without any, null where it does not end. The same mark within the
 * object is a part of it.
 */
function endOfReasoning(text: string): number | null {
  const objects = objectsIn(text);
  const ends = [...text.matchAll(closesReasoning)]
    .map(({ 0: mark, index }) => index + mark.length)
    .filter((end) => !objects.some(({ start, end: last }) => start < end && end < last));
  const last = ends.at(-1);
  if (last !== undefined) return last;
  return opensReasoning.test(text) ? null : 0;
}

interface Found {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/**
 * Beginnings that are tried, and characters that are read for them: prose with braces has few, and
 * a hostile text shall not hold up every other call of the process.
 */
const triesMax = 200;
const scannedMax = 4 * textMax;

/** The outermost JSON objects in a text. */
function objectsIn(text: string): Found[] {
  const found: Found[] = [];
  let start = text.indexOf('{');
  let scanned = 0;
  for (let tries = 0; start >= 0 && tries < triesMax && scanned < scannedMax; tries += 1) {
    const end = endOfObject(text, start);
    scanned += (end ?? text.length) - start;
    const value = end === null ? undefined : parseObject(text.slice(start, end));
    if (end !== null && value !== undefined) found.push({ value, start, end });
    start = text.indexOf('{', value === undefined || end === null ? start + 1 : end);
  }
  return found;
}

/** After the brace that closes the one at `start`; braces in strings do not count. */
function endOfObject(text: string, start: number): number | null {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{') depth += 1;
    else if (character === '}') depth -= 1;
    if (depth === 0 && !quoted) return at + 1;
  }
  return null;
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The time of a repair grows with the square of the length; no answer of use is as long. */
const mendedMax = 50_000;

/** An object with small faults, as line ends in strings and commas too many; null for a cut one. */
function mend(text: string): unknown {
  if (text.length > mendedMax) return null;
  const start = text.indexOf('{');
  const end = text.lastIndexOf('}');
  if (start < 0 || end < start || endOfObject(text.slice(0, end + 1), start) !== end + 1)
    return null;
  try {
    return JSON.parse(jsonrepair(text.slice(start, end + 1)));
  } catch {
    return null;
  }
}
