/**
 * Checks the text of one document against what its provenance claims: grammar, observations (I3)
 * and files (I1). Pure.
 */
import { lineRange } from '../../../schemas/lines.ts';
import type { ProvenanceLine } from '../../../schemas/manifest.ts';
import { parseTrajectory, type TextSegment } from '../../../schemas/trajectory-text.ts';
import { sha256 } from '../../runtime/ids.ts';

/** A difference; the caller says in which output and sample. */
export class Difference extends Error {}

/** A segment and its bytes [start, end) in the document. */
export interface PlacedSegment extends TextSegment {
  readonly start: number;
  readonly end: number;
}

const grammar = /^backstory task requirements plan( file( read observe)*( think)+ write)* done$/;

/** Parses a document and checks everything in it that needs no tokens. */
export function checkDocument(document: Buffer, line: ProvenanceLine): PlacedSegment[] {
  expect(sha256(document) === line.document.sha256, 'its text is not the document that was stored');
  const text = document.toString('utf8');
  expect(Buffer.from(text, 'utf8').equals(document), 'its text is not UTF-8');
  const segments = parseTrajectory(text);
  const kinds = segments.map((segment) => segment.kind).join(' ');
  expect(grammar.test(kinds), 'its segments are not in the order of the format');
  expect(segments[0]?.path === line.name, 'it names another repository');
  const written = checkReads(segments);
  checkFiles(written, line.files ?? []);
  return placeSegments(text, segments);
}

/** I3: each observation is, byte for byte, lines of a file that was written before it. */
function checkReads(segments: readonly TextSegment[]): ReadonlyMap<string, string> {
  const written = new Map<string, string>();
  let current: string | null = null;
  for (const [position, segment] of segments.entries()) {
    const path = segment.path ?? '';
    if (segment.kind === 'file') current = path;
    if (segment.kind === 'write') {
      expect(!written.has(path), `it writes ${path} twice`);
      expect(current === path, `it writes ${path} while at another file`);
      written.set(path, segment.body);
    }
    if (segment.kind !== 'observe') continue;
    const read = segments[position - 1];
    const [from, to] = segment.lines ?? [0, 0];
    const same = read?.path === path && String(read.lines) === String(segment.lines);
    expect(same, `an observation of ${path} does not repeat its read`);
    const text = written.get(path);
    expect(text !== undefined, `it reads ${path} before that is written`);
    expect(
      segment.body === lineRange(text, from, to),
      `what it observes of ${path} is not what was written there`,
    );
  }
  return written;
}

/** I1: the writes are the admitted files, all of them and nothing else, in order. */
function checkFiles(
  written: ReadonlyMap<string, string>,
  files: NonNullable<ProvenanceLine['files']>,
): void {
  const paths = [...written.keys()];
  for (const [position, file] of files.entries()) {
    expect(paths[position] === file.path, `file ${position} is not ${file.path}`);
    const bytes = Buffer.from(written.get(file.path) ?? '', 'utf8');
    expect(bytes.byteLength === file.bytes, `${file.path} has not ${file.bytes} bytes`);
    expect(sha256(bytes) === file.sha256, `${file.path} is not the admitted file`);
  }
  expect(paths.length === files.length, 'it writes a file that was not admitted');
}

/** Where each segment lies: header line, body and, where the body has no line end, its marker. */
function placeSegments(text: string, segments: readonly TextSegment[]): PlacedSegment[] {
  const fenceBytes = text.indexOf(' ');
  let start = 0;
  return segments.map((segment) => {
    const path = segment.path === null ? '' : ` ${JSON.stringify(segment.path)}`;
    const lines = segment.lines === null ? '' : ` ${segment.lines.join('-')}`;
    const header = fenceBytes + Buffer.byteLength(` ${segment.kind}${path}${lines}\n`, 'utf8');
    const open = segment.body !== '' && !segment.body.endsWith('\n');
    const marker = open ? fenceBytes + '\n no-newline\n'.length : 0;
    const end = start + header + Buffer.byteLength(segment.body, 'utf8') + marker;
    const placed = { ...segment, start, end };
    start = end;
    return placed;
  });
}

export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Difference(message);
}
