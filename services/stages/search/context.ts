/**
 * Builds the text that the scorer sees: one context for all candidates of a file (requirements,
 * task, observations, the parts of the file that are written), then the thoughts, then the head of
 * the code. The form follows the trajectory text, because models are trained on that text. Pure.
 */
import {
  chooseFence,
  renderHeader,
  type SegmentKind,
  type TextSegment,
} from '../../../schemas/trajectory-text.ts';
import type { ThinkRequest } from '../../ports/teacher.ts';

export interface ContextLimits {
  readonly contextBytesMax: number;
  readonly requirementsBytesMax: number;
  readonly targetBytesMax: number;
}

export interface ScoredText {
  /** Begins every header; no line of what is quoted begins with it. */
  readonly fence: string;
  readonly context: string;
  readonly target: string;
}

/** Thoughts, and the write that they lead to. */
export interface Work {
  readonly thoughts: readonly string[];
  readonly lines: TextSegment['lines'];
  readonly code: string;
}

/**
 * Requirements lose their end. Observations and what is written lose their start, because the
 * last ones stand nearest to the thought.
 */
export function buildScoredText(
  request: ThinkRequest,
  thoughts: readonly string[],
  limits: ContextLimits,
  before: readonly Work[] = [],
): ScoredText {
  const { requirements: whole, purpose, reads, code } = request;
  const read = reads.map(({ text }) => text);
  const earlier = before.flatMap((work) => [...work.thoughts, work.code]);
  const fence = chooseFence([whole, purpose, ...read, ...earlier, code, ...thoughts]);
  const segment = segmentsWith(fence);
  const requirements = headOf(whole, Math.min(limits.requirementsBytesMax, limits.contextBytesMax));
  const start =
    segment('requirements', null, requirements) + segment('file', request.path, request.purpose);
  const observations = reads
    .map((read) => segment('read', read.path, '') + segment('observe', read.path, read.text))
    .join('');
  const written = before
    .map(
      (work) => renderThoughts(fence, request.path, work.thoughts, work.lines) + ended(work.code),
    )
    .join('');
  const left = Math.max(0, limits.contextBytesMax - byteLength(start));
  return {
    fence,
    context: start + tailOf(observations + written, left),
    target: headOf(request.code, limits.targetBytesMax),
  };
}

/** Renders the part between context and code: every thought, then the header of the write. */
export function renderThoughts(
  fence: string,
  path: string,
  thoughts: readonly string[],
  lines: TextSegment['lines'] = null,
): string {
  const segment = segmentsWith(fence);
  const thinks = thoughts.map((thought) => segment('think', null, thought));
  return thinks.join('') + renderHeader(fence, { kind: 'write', path, lines });
}

/** As in the trajectory, but a body without a final line end gets one instead of a mark. */
function segmentsWith(fence: string) {
  return (kind: SegmentKind, path: string | null, body: string): string => {
    const header = renderHeader(fence, { kind, path, lines: null });
    return header + ended(body);
  };
}

function ended(body: string): string {
  return body === '' || body.endsWith('\n') ? body : `${body}\n`;
}

/** As many whole first lines as fit; if the first line is too long, as many characters as fit. */
export function headOf(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let end = bytesMax;
  while (end > 0 && !endsLine(bytes, end)) end -= 1;
  if (end === 0) end = bytesMax;
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** As many whole last lines as fit; empty if the last line is too long. */
function tailOf(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= bytesMax) return text;
  let start = bytes.length - bytesMax;
  while (start < bytes.length && !endsLine(bytes, start)) start += 1;
  return bytes.toString('utf8', start);
}

/** Whether a line ends just before this byte. */
function endsLine(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1];
  return before === 0x0a || (before === 0x0d && bytes[at] !== 0x0a);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text);
}
