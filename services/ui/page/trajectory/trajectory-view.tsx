/** One trajectory as its reader wants it: what was read, what was thought, what was written. */
import { useEffect } from 'preact/hooks';
import type { LogView, TrajectoryView as Trajectory } from '../../api.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { command, output, quoted, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';
import { Reader } from './reader.tsx';

const noLog: LogView = { edges: [], searches: [], why: null };

export function TrajectoryView() {
  const place = route.value;
  const id = place.view === 'trajectory' ? place.id : '';
  const question = { out: String(place.out), id };
  // A document does not change: it is asked for again only where it was not whole yet.
  const state = output.value?.head ?? '';
  const { value, problem } = useAnswer<Trajectory>('trajectory', question, state);
  const { value: log } = useAnswer<LogView>('journey', question, state);
  const label = output.value?.label ?? '';
  const name = value?.name ?? id;
  useEffect(() => {
    command.value = `backstory inspect ${quoted(label)} ${quoted(id)} --full`;
    document.title = `${name} · backstory`;
  }, [label, id, name]);
  if (problem !== null) return <Trouble problem={problem} />;
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
