/** Where a person says what is right or wrong with a step. By keys alone: Tab, arrows and Enter. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Mark } from '../../../../schemas/marks.ts';
import { type MarkVerdict, noteCharactersMax, verdicts } from '../../../../schemas/verdicts.ts';
import { change } from '../frame/ask.ts';
import { Plain } from '../frame/parts.tsx';
import { tell } from '../frame/state.ts';
import { problemOf } from '../frame/use-answer.ts';

export interface MarkDialogProps {
  readonly out: number;
  readonly id: string;
  readonly segment: number;
  /** What the step is, in a few words. */
  readonly step: string;
  readonly mark: Mark | undefined;
  readonly onDone: (isChanged: boolean) => void;
}

const meanings: Readonly<Record<MarkVerdict, string>> = {
  good: 'as it should be',
  wrong: 'untrue, or of no use',
  leak: 'gives away what follows',
  other: 'what the note says',
};

export function MarkDialog({ out, id, segment, step, mark, onDone }: MarkDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [verdict, setVerdict] = useState<MarkVerdict>(mark?.verdict ?? 'good');
  const [note, setNote] = useState(mark?.note ?? '');
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const keep = async (kept: MarkVerdict | null) => {
    try {
      await change('marks', { out, id, segment, verdict: kept, note: kept === null ? '' : note });
      tell(kept === null ? 'mark taken back' : `marked as ${kept}`);
      onDone(true);
    } catch (error) {
      tell(problemOf(error).message);
    }
  };
  return (
    <dialog ref={dialog} onClose={() => onDone(false)} aria-labelledby="mark-title" class="mark">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void keep(verdict);
        }}
      >
        <h2 id="mark-title">Mark step #{segment}</h2>
        <p class="note">
          <Plain text={step} />
        </p>
        <fieldset>
          <legend>Verdict</legend>
          {verdicts.map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="verdict"
                checked={verdict === each}
                onChange={() => setVerdict(each)}
              />
              <span class={`chip verdict ${each}`}>{each}</span>
              <span class="note">{meanings[each]}</span>
            </label>
          ))}
        </fieldset>
        <label class="words">
          Note
          <textarea
            rows={4}
            maxLength={noteCharactersMax}
            value={note}
            onInput={({ currentTarget }) => setNote(currentTarget.value)}
          />
        </label>
        <p class="acts">
          <button type="submit" class="main">
            Keep
          </button>
          {mark !== undefined && (
            <button type="button" onClick={() => void keep(null)}>
              Take the mark back
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </p>
      </form>
    </dialog>
  );
}
