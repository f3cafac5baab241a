/** The segments of a document's text, and where each lies. Pure. */
import { parseTrajectory, renderSegment, type TextSegment } from '../../schemas/trajectory-text.ts';

/** A segment and its bytes [start, end) in the document. */
export interface PlacedSegment extends TextSegment {
  readonly start: number;
  readonly end: number;
}

/** Throws TrajectoryTextError if the text is not a trajectory. */
export function placeSegments(text: string): PlacedSegment[] {
  const fence = text.slice(0, text.indexOf(' '));
  let end = 0;
  return parseTrajectory(text).map((segment) => {
    const start = end;
    end += Buffer.byteLength(renderSegment(fence, segment));
    return { ...segment, start, end };
  });
}
