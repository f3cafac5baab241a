/** What the page shows of marks: types that page and server share, and what both pick. Pure. */
import type { Mark } from '../../../schemas/marks.ts';
import type { MarkVerdict } from '../../../schemas/verdicts.ts';

export interface MarksOfSample {
  readonly marks: readonly Mark[];
  /** Whether the page may add some. */
  readonly mayMark: boolean;
}

export interface MarkPage extends MarksOfSample {
  readonly matched: number;
  readonly from: number;
  readonly counts: Readonly<Partial<Record<MarkVerdict, number>>>;
  /** Lines of the file that are no mark. */
  readonly damaged: number;
  /** Why there can be none; null where there can. */
  readonly why: string | null;
}

export interface MarkFilter {
  readonly verdict: string | null;
  readonly text: string;
}

/** The newest first. */
export function pickMarks(marks: readonly Mark[], { verdict, text }: MarkFilter): Mark[] {
  const wanted = text.toLowerCase();
  return marks
    .filter(
      (mark) =>
        (verdict === null || mark.verdict === verdict) &&
        `${mark.name}\n${mark.path ?? ''}\n${mark.note}`.toLowerCase().includes(wanted),
    )
    .toReversed();
}

export function countVerdicts(marks: readonly Mark[]): MarkPage['counts'] {
  const counts: Partial<Record<MarkVerdict, number>> = {};
  for (const { verdict } of marks) {
    if (verdict !== null) counts[verdict] = (counts[verdict] ?? 0) + 1;
  }
  return counts;
}
