/**
 * What the scorer is shown: the requirements, the file's task and what the sub-agent has read, as
 * one context for all candidates of a file; then the thoughts; then the head of the code. The
 * shape follows the trajectory text, because that is what will be trained. Pure.
 */
import { renderHeader, type SegmentKind, usualFence } from '../../../schemas/trajectory-text.ts';
import type { ThinkRequest } from '../../ports/teacher.ts';

export interface ContextLimits {
  readonly contextBytesMax: number;
  readonly requirementsBytesMax: number;
  readonly targetBytesMax: number;
}

export interface ScoredText {
  readonly context: string;
  readonly target: string;
}

/**
 * The requirements are cut at their end; the observations at their start, so that what was read
 * last, nearest to the thought, is kept.
 */
export function buildScoredText(request: ThinkRequest, limits: ContextLimits): ScoredText {
  const requirements = headOf(
    request.requirements,
    Math.min(limits.requirementsBytesMax, limits.contextBytesMax),
  );
  const start =
    segment('requirements', null, requirements) + segment('file', request.path, request.purpose);
  const observations = request.reads
    .map((read) => segment('read', read.path, '') + segment('observe', read.path, read.text))
    .join('');
  const left = Math.max(0, limits.contextBytesMax - byteLength(start));
  return {
    context: start + tailOf(observations, left),
    target: headOf(request.code, limits.targetBytesMax),
  };
}

/** The part between the context and the code: every thought, then the header of the write. */
export function renderThoughts(path: string, thoughts: readonly string[]): string {
  const thinks = thoughts.map((thought) => segment('think', null, thought));
  return thinks.join('') + segment('write', path, '');
}

/** As in the trajectory, but for the mark of a body without a line end: here it is given one. */
function segment(kind: SegmentKind, path: string | null, body: string): string {
  const header = renderHeader(usualFence, { kind, path, lines: null });
  return body === '' || body.endsWith('\n') ? header + body : `${header}${body}\n`;
}

/** Whole lines from the start; within a first line that is too long, whole characters. */
export function headOf(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  const newline = bytes.subarray(0, bytesMax).lastIndexOf(0x0a);
  let end = newline < 0 ? bytesMax : newline + 1;
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Whole lines up to the end; nothing when the last line is too long. */
function tailOf(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  // A line starts after a line end; the byte before the cut counts as one.
  const newline = bytes.indexOf(0x0a, bytes.length - bytesMax - 1);
  return newline < 0 ? '' : bytes.toString('utf8', newline + 1);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
