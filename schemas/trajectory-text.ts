/**
 * The trajectory text format, version 3 (grammar in trajectory-text.md): renders segments to one
 * text, and parses every segment back. No content can forge a header: the fence is a run of '@'
 * longer than any run that begins a line of any body.
 */

export const trajectoryTextVersion = 3;

/** The kinds of segments, with their roles. The kind alone decides `trained` (I2). */
export const segmentKinds = {
  /** First line of the document: format version and repository name. */
  backstory: 'frame',
  /** The task of the main agent. */
  task: 'observation',
  /** The main agent's requirements. */
  requirements: 'think',
  /** The main agent's architecture and file-level plan. */
  plan: 'action',
  /** The task of the sub-agent for one file. */
  file: 'observation',
  /** The sub-agent reads a file written earlier. */
  read: 'action',
  /** The bytes that the sub-agent reads. */
  observe: 'observation',
  think: 'think',
  /** The bytes of the file, or of those of its lines that the header names. */
  write: 'action',
  /** The repository is complete. */
  done: 'action',
} as const satisfies Readonly<Record<string, 'frame' | 'observation' | 'think' | 'action'>>;

export type SegmentKind = keyof typeof segmentKinds;

export interface TextSegment {
  readonly kind: SegmentKind;
  /** The file, or for `backstory` the repository's name; null for kinds without one. */
  readonly path: string | null;
  /** Lines shown, from 1 and inclusive; null for the whole file and for kinds that show none. */
  readonly lines: readonly [from: number, to: number] | null;
  /** Of an `observe`: the file was written in an earlier episode, not in this document. */
  readonly earlier?: true;
  readonly body: string;
}

export interface RenderedSegment {
  readonly kind: SegmentKind;
  readonly path: string | null;
  readonly trained: boolean;
  /** Header, body and terminator; ends with a newline. */
  readonly text: string;
}

export function isTrained(kind: SegmentKind): boolean {
  const role = segmentKinds[kind];
  return role === 'think' || role === 'action';
}

/** A document becomes tokens as it is, or in turns between a model's own control tokens. */
export const templateNames = ['tags', 'chat'] as const;
export type TemplateName = (typeof templateNames)[number];

/** The unit that is tokenized at once: a segment, or all text between two control tokens. */
export const maskingNames = ['segments', 'joint'] as const;
export type MaskingName = (typeof maskingNames)[number];

export type TurnRole = 'system' | 'user' | 'assistant' | 'tool';

/** The role of a segment's turn in the template `chat`; trained segments are the assistant's. */
export function turnRole(kind: SegmentKind): TurnRole {
  if (kind === 'backstory') return 'system';
  if (kind === 'observe') return 'tool';
  return isTrained(kind) ? 'assistant' : 'user';
}

/** The files that writes make, by path: the parts of a long file follow one another. */
export function writtenFiles(
  segments: Iterable<Pick<TextSegment, 'kind' | 'path' | 'body'>>,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const { kind, path, body } of segments) {
    if (kind !== 'write' || path === null) continue;
    files.set(path, (files.get(path) ?? '') + body);
  }
  return files;
}

const fenceMin = 3;

/** The fence of a document in which no line of a body begins with this many '@'. */
export const usualFence = '@'.repeat(fenceMin);

/** The shortest fence that no line of any body begins with. */
export function chooseFence(bodies: Iterable<string>): string {
  let longest = fenceMin - 1;
  for (const body of bodies) {
    for (const match of body.matchAll(/(?:^|\n)(@+)/g)) {
      longest = Math.max(longest, match[1]?.length ?? 0);
    }
  }
  return '@'.repeat(longest + 1);
}

/** Renders segments in order; joining the texts gives the document. */
export function renderTrajectory(segments: readonly TextSegment[]): RenderedSegment[] {
  const fence = chooseFence(segments.map((segment) => segment.body));
  return segments.map((segment) => ({
    kind: segment.kind,
    path: segment.path,
    trained: isTrained(segment.kind),
    text: renderSegment(fence, segment),
  }));
}

/** One segment under the fence of its document. */
export function renderSegment(fence: string, segment: TextSegment): string {
  const header = renderHeader(fence, segment);
  if (segment.body === '' || segment.body.endsWith('\n')) return header + segment.body;
  return `${header}${segment.body}\n${fence} no-newline\n`;
}

/** The line that begins a segment. */
export function renderHeader(
  fence: string,
  { kind, path, lines, earlier }: Omit<TextSegment, 'body'>,
): string {
  const named = path === null ? '' : ` ${JSON.stringify(path)}`;
  const shown = lines === null ? '' : ` ${lines[0]}-${lines[1]}`;
  return `${fence} ${kind}${named}${shown}${earlier === true ? ' earlier' : ''}\n`;
}

export class TrajectoryTextError extends Error {
  override readonly name = 'TrajectoryTextError';
}

/** Parses a whole document. The first line shows the fence. Throws TrajectoryTextError. */
export function parseTrajectory(text: string): TextSegment[] {
  const opening = /^(@{3,}) backstory /.exec(text);
  if (opening === null) throw new TrajectoryTextError('the text does not begin with a header line');
  const fence = opening[1] ?? '';
  const segments: TextSegment[] = [];
  let header: Omit<TextSegment, 'body'> | null = null;
  let bodyStart = 0;
  let cursor = 0;
  const closeSegment = (end: number, newline: boolean) => {
    if (header === null) return;
    segments.push({ ...header, body: text.slice(bodyStart, newline ? end : end - 1) });
    header = null;
  };
  while (cursor < text.length) {
    const newline = text.indexOf('\n', cursor);
    const lineEnd = newline < 0 ? text.length : newline;
    if (text.startsWith(`${fence} `, cursor)) {
      const line = text.slice(cursor + fence.length + 1, lineEnd);
      if (line === 'no-newline') closeSegment(cursor, false);
      else {
        closeSegment(cursor, true);
        header = parseHeader(line);
        bodyStart = lineEnd + 1;
      }
    } else if (header === null) {
      throw new TrajectoryTextError(`text outside a segment at character ${cursor}`);
    }
    cursor = lineEnd + 1;
  }
  closeSegment(text.length, true);
  return segments;
}

function parseHeader(line: string): Omit<TextSegment, 'body'> {
  const match = /^([a-z]+)(?: ("(?:[^"\\]|\\.)*"))?(?: (\d+)-(\d+))?( earlier)?$/.exec(line);
  const kind = match?.[1];
  if (match === null || kind === undefined || !(kind in segmentKinds)) {
    throw new TrajectoryTextError(`not a segment header: ${JSON.stringify(line.slice(0, 120))}`);
  }
  return {
    kind: kind as SegmentKind,
    path: match[2] === undefined ? null : parsePath(match[2]),
    lines: match[3] === undefined ? null : [Number(match[3]), Number(match[4])],
    ...(match[5] === undefined ? {} : { earlier: true }),
  };
}

function parsePath(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch (error) {
    throw new TrajectoryTextError(`not a path: ${text.slice(0, 120)}`, { cause: error });
  }
}
