/** What is being done for a data set now: its graph, the models that it asks, and dead letters. */
import { useEffect } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { LiveView as Live } from '../../live/view.ts';
import { duration } from '../frame/numbers.ts';
import { Plain, Waiting } from '../frame/parts.tsx';
import { command, output, route } from '../frame/state.ts';
import { Flow } from './flow.tsx';
import { Letters } from './letters.tsx';
import { ModelCards } from './model-cards.tsx';
import { useLive } from './use-live.ts';

export function LiveView() {
  const { out } = route.value;
  const value = useLive(out);
  const label = output.value?.label ?? '';
  const dataset = output.value?.dataset ?? '';
  const from = value?.live?.from ?? 'run';
  useEffect(() => {
    command.value =
      from === 'cluster'
        ? `backstory lag --dataset ${shellWord(dataset)}`
        : `cat ${shellWord(`${label}/log/now.json`)}`;
    document.title = `Live: ${label} · backstory`;
  }, [label, dataset, from]);
  if (value === null) return <Waiting />;
  const { live, why } = value;
  return (
    <>
      <h1>
        Live{' '}
        <span class="note">
          data set <Plain text={dataset} />
        </span>
      </h1>
      {live === null ? (
        <p class="note">
          What is being done is not known here, because <Plain text={why} />.
        </p>
      ) : (
        <>
          <State live={live} />
          <Flow stages={live.stages} topics={live.topics} />
          <ModelCards live={live} />
          <Letters out={out} live={live} />
        </>
      )}
    </>
  );
}

const words: Readonly<Record<Live['state'], string>> = {
  running: 'running',
  ended: 'ended',
  stopped: 'stopped before its end; the same command goes on',
  silent: 'not heard of any more: it was killed, or its machine sleeps',
};

/** A run writes every two seconds. */
const oldMs = 10_000;

function State({ live: { state, from, atMs } }: { readonly live: Live }) {
  const said = from === 'log' ? 'ended; its log tells no more than counts' : words[state];
  const agoMs = atMs === null ? 0 : Date.now() - atMs;
  const isNow = state === 'running' && agoMs < oldMs;
  const ago = atMs === null || isNow ? '' : `, ${duration(agoMs)} ago`;
  return (
    <p class="state" role="status">
      <span class="chip" data-state={state}>
        {from === 'cluster' ? 'cluster' : 'run'}
      </span>{' '}
      {from === 'cluster' ? 'by Kafka and the processes that were named' : said + ago}
    </p>
  );
}
