/** Repositories that made no trajectory, each with where and why it ended. */
import { useEffect, useState } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { DropPage, FunnelView } from '../../api.ts';
import { count, plural } from '../frame/numbers.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { withParameters } from '../frame/route.ts';
import { command, go, output, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';

const pageSize = 100;

export function DropsView() {
  const { out, parameters } = route.value;
  const { q = '', stage = '', reason = '' } = parameters;
  const [shown, setShown] = useState(pageSize);
  const label = output.value?.label ?? '';
  const question = {
    out: String(out),
    q,
    ...(stage === '' ? {} : { stage }),
    ...(reason === '' ? {} : { reason }),
    count: String(Math.min(shown, 500)),
  };
  const { value, problem } = useAnswer<DropPage>('drops', question);
  const { value: funnel } = useAnswer<FunnelView>('funnel', { out: String(out) });
  useEffect(() => {
    command.value = `backstory report ${shellWord(label)} --json`;
    document.title = `Left out of ${label} · backstory`;
  }, [label]);
  if (problem !== null) return <Trouble problem={problem} heading="Left out" />;
  if (value === null || funnel === null) return <Waiting />;
  return (
    <>
      <h1>Left out</h1>
      {funnel.found === null && (
        <p class="note">What was left out is not known here, because {funnel.why}.</p>
      )}
      <DropFilters view={funnel} />
      {funnel.found !== null && (
        <p class="note" role="status">
          {plural(value.matched, 'repository', 'repositories')}
        </p>
      )}
      <Rows page={value} />
      {value.matched > value.rows.length && value.rows.length < 500 && (
        <button type="button" onClick={() => setShown(shown + pageSize)}>
          Show more
        </button>
      )}
    </>
  );
}

function DropFilters({ view }: { readonly view: FunnelView }) {
  const { q = '', stage = '', reason = '' } = route.value.parameters;
  const set = (changes: Readonly<Record<string, string>>, replace: boolean) =>
    go(withParameters(route.value, changes), replace);
  return (
    <search class="filters">
      <input
        type="search"
        data-filter
        aria-label="Filter"
        placeholder="Filter ( / )"
        value={q}
        onInput={({ currentTarget }) => set({ q: currentTarget.value }, true)}
      />
      {view.found?.drops.map((drop) => {
        const isChosen = drop.stage === stage && drop.reason === reason;
        const choice = isChosen
          ? { stage: '', reason: '' }
          : { stage: drop.stage, reason: drop.reason };
        return (
          <button
            type="button"
            class="chip"
            key={`${drop.stage} ${drop.reason} ${drop.disposition}`}
            aria-pressed={isChosen}
            onClick={() => set(choice, false)}
          >
            {drop.stage}: {drop.reason} {count(drop.count)}
          </button>
        );
      })}
    </search>
  );
}

function Rows({ page }: { readonly page: DropPage }) {
  return (
    <ul class="drops">
      {page.rows.map((row) => (
        <li key={`${row.name} ${row.origin} ${row.reason}`}>
          <strong>
            <Plain text={row.name} />
          </strong>{' '}
          <span class="note">
            <Plain text={row.origin} />
          </span>
          <span class={row.disposition === 'drop' ? 'chip' : 'chip bad'}>
            {row.stage}: {row.reason}
          </span>
          <p>
            <Plain text={row.detail} />
          </p>
        </li>
      ))}
    </ul>
  );
}
