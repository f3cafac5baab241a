/** One trajectory as its reader wants it: what was read, what was thought, what was written. */
import { useEffect, useMemo } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { LogView, OpeningView, TrajectoryView as Trajectory } from '../../api.ts';
import { isCopy } from '../frame/copy.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import type { Parameters, Route } from '../frame/route.ts';
import { command, output, route } from '../frame/state.ts';
import { type Answered, useAnswer, useSettled } from '../frame/use-answer.ts';
import { Reader } from './reader.tsx';

const isThere = () => true;
const isTold = ({ why }: LogView) => why === null;
const noLog: LogView = { edges: [], searches: [], why: null };

/** Asks for the texts from the step on that the address names, too. */
function trajectoryQuestion({ out, parameters, ...place }: Route): Parameters {
  const { step = '', file = '' } = parameters;
  return {
    out: String(out),
    id: place.view === 'trajectory' ? place.id : '',
    ...(step === '' ? {} : { step }),
    ...(file === '' ? {} : { file }),
  };
}

/** What a trajectory is asked for first: its beginning, for a reader who goes to no step. */
export function firstQuestion(place: Route): readonly [name: string, parameters: Parameters] {
  const question = trajectoryQuestion(place);
  const goesTo = question.step ?? question.file;
  return [goesTo === undefined && !isCopy ? 'opening' : 'trajectory', question];
}

/** The trajectory, or its beginning while the rest is being read. */
function useTrajectory(place: Route): Answered<Trajectory> {
  // Only where the reader comes in: a trajectory is not asked for again at each step.
  const [[first, wanted], id] = useMemo(
    () => [firstQuestion(place), place.view === 'trajectory' ? place.id : ''],
    [place.out, place.view === 'trajectory' && place.id],
  );
  const hasOpening = first === 'opening';
  const opening = useAnswer<OpeningView>(hasOpening ? first : null, wanted, '');
  // The whole comes behind: it would keep its beginning waiting.
  const isNext = !hasOpening || !opening.asking;
  const whole = useSettled<Trajectory>(isNext ? 'trajectory' : null, wanted, isThere);
  const values = [whole.value, opening.value?.view ?? null];
  return { ...whole, value: values.find((value) => value?.id === id) ?? null };
}

export function TrajectoryView() {
  const place = route.value;
  const id = place.view === 'trajectory' ? place.id : '';
  const question = { out: String(place.out), id };
  const { value, problem } = useTrajectory(place);
  // What the log adds comes after what the reader waits for; a run at work does not show its log.
  const { value: log } = useSettled<LogView>(value?.isWhole ? 'journey' : null, question, isTold);
  const label = output.value?.label ?? '';
  const name = value?.name ?? id;
  useEffect(() => {
    command.value = `backstory inspect ${shellWord(label)} ${shellWord(id)} --full`;
    document.title = `${name} · backstory`;
  }, [label, id, name]);
  if (problem !== null) return <Trouble problem={problem} heading="Trajectory" />;
  if (value === null) return <Waiting what="Reading the tokens back" />;
  return (
    <>
      <h1 class="unseen">
        <Plain text={value.name} />
      </h1>
      <Reader key={`${place.out} ${id}`} trajectory={value} log={log ?? noLog} />
    </>
  );
}
