/** The marks of a trajectory, and the step that is being marked. */
import { useMemo, useState } from 'preact/hooks';
import type { Mark } from '../../../../schemas/marks.ts';
import type { MarksOfSample } from '../../marks/view.ts';
import { useAnswer } from '../frame/use-answer.ts';

export interface TrajectoryMarks {
  readonly marks: ReadonlyMap<number, Mark>;
  /** Whether marks may be made; false until the server has said so. */
  readonly mayMark: boolean;
  /** The step whose form is open. */
  readonly marking: number | null;
  /** Opens the form where marks may be made, once the server has said so. */
  readonly open: (segment: number) => void;
  readonly close: (isChanged: boolean) => void;
}

export function useMarks(out: number, id: string): TrajectoryMarks {
  const [changes, setChanges] = useState(0);
  const [marking, setMarking] = useState<number | null>(null);
  const question = { out: String(out), id };
  const { value } = useAnswer<MarksOfSample>('marksOf', question, String(changes));
  const marks = useMemo(
    () => new Map(value?.marks.map((mark) => [mark.segment, mark] as const)),
    [value],
  );
  const mayMark = value?.mayMark === true;
  return {
    marks,
    mayMark,
    marking: mayMark ? marking : null,
    open: setMarking,
    close: (isChanged) => {
      setMarking(null);
      if (isChanged) setChanges(changes + 1);
    },
  };
}
