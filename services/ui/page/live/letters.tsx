/** Records that no stage could handle: read here, and settled where the page has that right. */
import { useState } from 'preact/hooks';
import type { LetterPage, LetterRow, LetterView, LiveView } from '../../live/view.ts';
import { change } from '../frame/ask.ts';
import { count } from '../frame/numbers.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { withParameters } from '../frame/route.ts';
import { go, route, tell } from '../frame/state.ts';
import { problemOf, useAnswer } from '../frame/use-answer.ts';

export interface LettersProps {
  readonly out: number;
  readonly live: LiveView;
}

export function Letters({ out, live }: LettersProps) {
  const { q = '', status = '' } = route.value.parameters;
  const dead = live.topics.reduce((sum, topic) => sum + topic.dead, 0);
  const [acts, setActs] = useState(0);
  const state = `${dead} ${acts} ${live.state}`;
  const { value, problem } = useAnswer<LetterPage>('letters', { out: String(out) }, state);
  const set = (changes: Readonly<Record<string, string>>) =>
    go(withParameters(route.value, changes), true);
  if (dead === 0) return <p class="note">No record is a dead letter.</p>;
  if (problem !== null) return <Trouble problem={problem} />;
  if (value === null) return <Waiting />;
  const wanted = q.toLowerCase();
  const shown = value.letters.filter(
    (letter) =>
      (status === '' || letter.status === status) &&
      `${letter.reason}\n${letter.detail}\n${letter.stage}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="letters" aria-labelledby="letters-title">
      <h2 id="letters-title">
        Dead letters{' '}
        <span class="note">
          {count(value.waiting)} waiting of {count(value.count)}
        </span>
      </h2>
      {value.why !== null && <p class="note">Not shown, because {value.why}.</p>}
      {live.from !== 'cluster' && (
        <p class="note">
          The same <code>backstory run</code> command tries again what failed for a passing reason.
        </p>
      )}
      <search class="filters">
        <input
          type="search"
          data-filter
          aria-label="Filter dead letters"
          placeholder="Filter ( / )"
          value={q}
          onInput={({ currentTarget }) => set({ q: currentTarget.value })}
        />
        {['waiting', 'retried', 'dropped'].map((each) => (
          <button
            key={each}
            type="button"
            class="chip"
            aria-pressed={status === each}
            onClick={() => set({ status: status === each ? '' : each })}
          >
            {each}
          </button>
        ))}
      </search>
      <ul class="drops">
        {shown.map((letter) => (
          <Letter
            key={letter.id}
            letter={letter}
            out={out}
            mayAct={live.mayAct}
            onActed={() => setActs(acts + 1)}
          />
        ))}
      </ul>
    </section>
  );
}

interface LetterProps {
  readonly letter: LetterRow;
  readonly out: number;
  readonly mayAct: boolean;
  readonly onActed: () => void;
}

function Letter({ letter, out, mayAct, onActed }: LetterProps) {
  const [isOpen, setOpen] = useState(false);
  const { id, stage, topic, reason, detail, status, attempts, retries } = letter;
  return (
    <li>
      <span class="chip bad">
        <Plain text={reason} />
      </span>{' '}
      <strong>
        <Plain text={stage} />
      </strong>{' '}
      <span class="note">
        of {topic}, {status}, after {count(attempts)} {attempts === 1 ? 'try' : 'tries'}
        {retries !== null && retries > 0 ? `, put back ${count(retries)} times` : ''}
      </span>
      <p>
        <Plain text={detail} />
      </p>
      <p class="acts">
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide the record' : 'Show the record'}
        </button>
        {mayAct && status === 'waiting' && <Acts id={id} out={out} onActed={onActed} />}
      </p>
      {isOpen && <Record id={id} out={out} />}
    </li>
  );
}

function Record({ id, out }: { readonly id: string; readonly out: number }) {
  const { value, problem } = useAnswer<LetterView>('letter', { out: String(out), id }, id);
  if (problem !== null) return <Trouble problem={problem} />;
  if (value === null) return <Waiting />;
  const { record, why, partition, offset } = value;
  return (
    <div class="record">
      <p class="note">
        <Plain text={id} />
        {partition !== null && `, at offset ${offset} of partition ${partition} of ${value.topic}`}
      </p>
      {record === null ? (
        <p class="note">Its record is not shown: {why}.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls takes the keyboard.
        <pre tabIndex={0}>
          <Plain text={record} />
        </pre>
      )}
    </div>
  );
}

type ActsProps = Pick<LetterProps, 'out' | 'onActed'> & { readonly id: string };

/** A drop is for good: it is asked for twice. */
function Acts({ id, out, onActed }: ActsProps) {
  const [isSure, setSure] = useState(false);
  const act = async (what: 'retry' | 'drop') => {
    try {
      const answer = await change<{ readonly handled: readonly string[] }>('letters', {
        ...{ out, what, ids: [id], mended: false },
      });
      tell(`${what === 'retry' ? 'put back' : 'dropped'}: ${answer.handled.length}`);
      onActed();
    } catch (error) {
      tell(problemOf(error).message);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void act('retry')}>
        Try again
      </button>
      <button type="button" onClick={() => (isSure ? void act('drop') : setSure(true))}>
        {isSure ? 'Really drop it' : 'Drop'}
      </button>
    </>
  );
}
