/**
 * Checks the text of one document against what its provenance claims: grammar, observations (I3)
 * and files (I1). Pure.
 */
import { countLines, lineRange } from '../../../schemas/lines.ts';
import { maskablePaths, type ProvenanceLine, thoughtlessPaths } from '../../../schemas/manifest.ts';
import { sha256 } from '../../runtime/ids.ts';
import { type PlacedSegment, placeSegments } from '../segments.ts';
import { mustHold } from './difference.ts';

const grammar =
  /^backstory task( requirements)? plan( file( read observe)*(( think)* write)+)* done$/;

export interface CheckedDocument {
  readonly segments: readonly PlacedSegment[];
  /** The files that it writes, by path. */
  readonly written: ReadonlyMap<string, PlacedSegment>;
  /** Observations of files that an earlier episode wrote: no document by itself can show them. */
  readonly earlier: readonly PlacedSegment[];
}

/** Checks everything in a document that needs neither tokens nor another document. */
export function checkDocument(document: Buffer, line: ProvenanceLine): CheckedDocument {
  const text = document.toString('utf8');
  mustHold(Buffer.from(text, 'utf8').equals(document), 'its text is not UTF-8');
  const segments = placeSegments(text);
  const kinds = segments.map((segment) => segment.kind).join(' ');
  mustHold(grammar.test(kinds), 'its segments are not in the order of the format');
  mustHold(segments[0]?.path === line.name, 'it names another repository');
  checkLacks(segments, line);
  const { written, earlier } = checkReads(segments);
  checkFiles(written, line.files ?? []);
  const [first] = earlier;
  const isLater = (line.episode?.number ?? 1) > 1;
  mustHold(first === undefined || isLater, 'it reads from an episode before it, but is the first');
  return { segments, written, earlier };
}

/** The provenance names exactly the missing parts, and masks only writes without a thought. */
function checkLacks(
  segments: readonly PlacedSegment[],
  { lacks = [], masked = [], episode }: ProvenanceLine,
) {
  const thoughtless = thoughtlessPaths(lacks);
  const maskable = maskablePaths(lacks);
  for (const path of masked) mustHold(maskable.has(path), `${path} may not be masked`);
  const planned = segments.some(({ kind }) => kind === 'requirements');
  const isLater = (episode?.number ?? 1) > 1;
  // Only the first episode states the requirements.
  const unplanned = isLater || lacks.some(({ what }) => what === 'plan');
  mustHold(planned !== unplanned, 'it has no requirements, or some that it says it lacks');
  for (const [position, { kind, path, start }] of segments.entries()) {
    if (kind !== 'write') continue;
    const thinks = segments[position - 1]?.kind === 'think';
    const lacking = thoughtless.delete(path ?? '');
    mustHold(thinks !== lacking, `${path} has no thought, or one that it says it lacks`, {
      byte: start,
    });
  }
  mustHold(thoughtless.size === 0, `it has no file ${[...thoughtless].join(', ')}`);
}

/**
 * I3: each observation equals, byte for byte, lines of a file that was written before it, or says
 * that an earlier episode wrote it.
 */
function checkReads(segments: readonly PlacedSegment[]): Omit<CheckedDocument, 'segments'> {
  const written = new Map<string, PlacedSegment>();
  const earlier: PlacedSegment[] = [];
  let current: string | null = null;
  for (const [position, segment] of segments.entries()) {
    const path = segment.path ?? '';
    const at = { byte: segment.start };
    if (segment.kind === 'file') current = path;
    if (segment.kind === 'write') {
      mustHold(current === path, `it writes ${path} while at another file`, at);
      written.set(path, joinParts(written.get(path), segment));
    }
    if (segment.kind !== 'observe') {
      mustHold(segment.earlier !== true, 'only what is observed is of an earlier episode', at);
      continue;
    }
    const read = segments[position - 1];
    const same = read?.path === path && String(read.lines) === String(segment.lines);
    mustHold(same, `an observation of ${path} does not repeat its read`, at);
    if (segment.earlier === true) earlier.push(segment);
    else checkObservation(segment, written.get(path)?.body);
  }
  for (const { path, start } of earlier) {
    const isOwn = written.has(path ?? '');
    mustHold(!isOwn, `it says that an earlier episode wrote ${path}`, { byte: start });
  }
  return { written, earlier };
}

/** What is written of a file with this write: each part begins where the one before it ended. */
function joinParts(before: PlacedSegment | undefined, write: PlacedSegment): PlacedSegment {
  const { path, lines, start } = write;
  const at = { byte: start };
  const isPart = lines !== null && before?.lines !== null;
  mustHold(before === undefined || isPart, `it writes ${path} twice`, at);
  if (lines === null) return write;
  const [from, to] = lines;
  const body = (before?.body ?? '') + write.body;
  const follows = from === (before?.lines?.[1] ?? 0) + 1 && countLines(body) === to;
  mustHold(follows, `lines ${from}-${to} of ${path} do not follow what is written of it`, at);
  return { ...write, body, start: before?.start ?? start, lines: [1, to] };
}

/** Checks an observation against the text of its file; undefined where that is not written yet. */
export function checkObservation(
  { path, lines, body, start }: PlacedSegment,
  text: string | undefined,
): void {
  const at = { byte: start };
  const [from, to] = lines ?? [0, 0];
  mustHold(text !== undefined, `it reads ${path} before that is written`, at);
  const shown = body === lineRange(text, from, to);
  mustHold(shown, `what it observes of ${path} is not what was written there`, at);
}

/** I1: the writes are the admitted files, all of them and nothing else, in order. */
function checkFiles(
  written: ReadonlyMap<string, PlacedSegment>,
  files: NonNullable<ProvenanceLine['files']>,
): void {
  const paths = [...written.keys()];
  for (const [position, file] of files.entries()) {
    mustHold(paths[position] === file.path, `file ${position} is not ${file.path}`);
    const segment = written.get(file.path);
    const at = segment === undefined ? null : { byte: segment.start };
    const bytes = Buffer.from(segment?.body ?? '', 'utf8');
    mustHold(bytes.byteLength === file.bytes, `${file.path} has not ${file.bytes} bytes`, at);
    mustHold(sha256(bytes) === file.sha256, `${file.path} is not the admitted file`, at);
  }
  mustHold(paths.length === files.length, 'it writes a file that was not admitted');
}
