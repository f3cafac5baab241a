/** What a document thinks and writes for one of its files, so that two can be compared. Pure. */
import type { FileStep, FileText, SegmentFacts, SegmentText } from '../api.ts';

export interface FileSteps extends Pick<FileText, 'path' | 'thinkTokens' | 'writeTokens'> {
  /** Its thoughts and its code, in order. */
  readonly shown: readonly number[];
}

/** Null where the document does not write the file; its first file where the path is null. */
export function stepsOfFile(
  segments: readonly SegmentFacts[],
  path: string | null,
): FileSteps | null {
  const from = segments.findIndex(
    (each) => each.kind === 'file' && (path === null || each.path === path),
  );
  if (from < 0) return null;
  const next = segments.findIndex(({ kind }, place) => place > from && kind === 'file');
  const shown: number[] = [];
  const tokens = { think: 0, write: 0 };
  for (const [place, segment] of segments.slice(from, next < 0 ? undefined : next).entries()) {
    if (segment.kind !== 'think' && segment.kind !== 'write') continue;
    shown.push(from + place);
    tokens[segment.kind] += segment.tokens;
  }
  const { think: thinkTokens, write: writeTokens } = tokens;
  return { path: segments[from]?.path ?? '', thinkTokens, writeTokens, shown };
}

/** So many characters in one answer; a reader opens the trajectory for more. */
const charactersMax = 1_000_000;

/** `textOf` knows the texts of the first steps, at least. */
export function viewFile(
  { shown, ...file }: FileSteps,
  segments: readonly SegmentFacts[],
  textOf: (segment: number) => SegmentText | undefined,
): FileText {
  const steps: FileStep[] = [];
  let characters = 0;
  for (const place of shown) {
    const text = textOf(place);
    if (text === undefined || characters > charactersMax) break;
    characters += text.text.length;
    steps.push({ kind: segments[place]?.kind ?? 'write', text });
  }
  return { ...file, steps, stepsLeft: shown.length - steps.length };
}
