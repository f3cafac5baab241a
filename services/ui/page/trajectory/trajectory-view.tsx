/** One trajectory as its reader wants it: what was read, what was thought, what was written. */
import { useEffect, useMemo } from 'preact/hooks';
import type { LogView, TrajectoryView as Trajectory } from '../../api.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import type { Parameters, Route } from '../frame/route.ts';
import { command, output, quoted, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';
import { Reader } from './reader.tsx';

const noLog: LogView = { edges: [], searches: [], why: null };

/** Asks for the texts around the step that the address names, too. */
export function trajectoryQuestion({ out, parameters, ...place }: Route): Parameters {
  const { step = '', file = '' } = parameters;
  return {
    out: String(out),
    id: place.view === 'trajectory' ? place.id : '',
    ...(step === '' ? {} : { step }),
    ...(file === '' ? {} : { file }),
  };
}

export function TrajectoryView() {
  const place = route.value;
  const id = place.view === 'trajectory' ? place.id : '';
  const question = { out: String(place.out), id };
  // Only the step where the reader comes in: a trajectory is not asked for again at each one.
  const { step = '', file = '' } = useMemo(() => place.parameters, [place.out, id]);
  const wanted = {
    ...question,
    ...(step === '' ? {} : { step }),
    ...(file === '' ? {} : { file }),
  };
  // A document does not change: it is asked for again only where it was not whole yet.
  const state = output.value?.head ?? '';
  const { value, problem } = useAnswer<Trajectory>('trajectory', wanted, state);
  // What the log adds comes after what the reader waits for.
  const { value: log } = useAnswer<LogView>(value === null ? null : 'journey', question, state);
  const label = output.value?.label ?? '';
  const name = value?.name ?? id;
  useEffect(() => {
    command.value = `backstory inspect ${quoted(label)} ${quoted(id)} --full`;
    document.title = `${name} · backstory`;
  }, [label, id, name]);
  if (problem !== null) return <Trouble problem={problem} heading="Trajectory" />;
  if (value === null || value.id !== id) return <Waiting what="Reading the tokens back" />;
  return (
    <>
      <h1 class="unseen">
        <Plain text={value.name} />
      </h1>
      <Reader key={`${place.out} ${id}`} trajectory={value} log={log ?? noLog} />
    </>
  );
}
