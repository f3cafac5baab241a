/** The frame around every view: where one is, what else there is, and the terminal's command. */
import { CompareView } from '../compare/compare-view.tsx';
import { DatasetView } from '../data/dataset-view.tsx';
import { LiveView } from '../live/live-view.tsx';
import { MarksView } from '../marks/marks-view.tsx';
import { DropsView } from '../samples/drops-view.tsx';
import { SamplesView } from '../samples/samples-view.tsx';
import { TrajectoryView } from '../trajectory/trajectory-view.tsx';
import { isCopy } from './copy.ts';
import { Help } from './help.tsx';
import { focusFilter, useKeys } from './keys.ts';
import { plural } from './numbers.ts';
import { Link, Plain, Trouble, Waiting } from './parts.tsx';
import type { PlainView, Route, ViewName } from './route.ts';
import { command, connected, copy, go, helpOpen, notice, output, outputs, route } from './state.ts';
import { switchTheme, theme } from './theme.ts';

const all: readonly { readonly view: PlainView; readonly name: string }[] = [
  { view: 'data', name: 'Data set' },
  { view: 'samples', name: 'Samples' },
  { view: 'drops', name: 'Left out' },
  { view: 'compare', name: 'Compare' },
  { view: 'live', name: 'Live' },
  { view: 'marks', name: 'Marks' },
];

/** Nothing is done for a copy any more. */
const views = all.filter(({ view }) => !isCopy || view !== 'live');

/** The first place of a view, for the output on the screen. */
function placeOf(view: PlainView, out = route.value.out): Route {
  return { view, out, parameters: {} };
}

export function Shell() {
  const { view } = route.value;
  const now = output.value;
  useKeys({
    '?': () => {
      helpOpen.value = true;
    },
    '/': focusFilter,
    t: switchTheme,
    c: () => void copy(command.value, 'Command'),
    ...Object.fromEntries(
      views.map((each, place) => [String(place + 1), () => go(placeOf(each.view))]),
    ),
  });
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <Head view={view} />
      {connected.value === false && (
        <p class="trouble" role="alert">
          {isCopy
            ? 'The files of this copy cannot be read.'
            : 'The server does not answer. What is shown may be old.'}
        </p>
      )}
      {now !== undefined && now.problem !== null && <Trouble problem={now.problem} />}
      {/* What scrolls without a link in it takes the keyboard itself. */}
      <main id="main" tabIndex={view === 'live' ? 0 : -1} class={view}>
        {now === undefined ? <Missing /> : <View view={view} />}
      </main>
      <Foot />
      {helpOpen.value && <Help />}
    </>
  );
}

function skipToMain(): void {
  document.querySelector<HTMLElement>('#main')?.focus();
}

function Missing() {
  if (connected.value !== true) return <Waiting />;
  return (
    <>
      <h1>No such output</h1>
      <p>The address names an output that was not given.</p>
    </>
  );
}

function View({ view }: { readonly view: ViewName }) {
  if (view === 'samples') return <SamplesView />;
  if (view === 'drops') return <DropsView />;
  if (view === 'trajectory') return <TrajectoryView />;
  if (view === 'live') return <LiveView />;
  if (view === 'marks') return <MarksView />;
  return view === 'compare' ? <CompareView /> : <DatasetView />;
}

function Head({ view }: { readonly view: ViewName }) {
  const shown = view === 'trajectory' ? 'samples' : view;
  return (
    <header class="top">
      <Link to={placeOf('data')} class="brand">
        backstory
      </Link>
      <nav aria-label="Views">
        {views.map((each) => (
          <Link key={each.view} to={placeOf(each.view)} current={each.view === shown}>
            {each.name}
          </Link>
        ))}
      </nav>
      <OutputChoice />
      <button type="button" onClick={switchTheme} title="Light, dark or as the system has it (t)">
        {theme.value}
      </button>
      <button
        type="button"
        title="Keyboard (?)"
        aria-label="Keyboard help"
        onClick={() => {
          helpOpen.value = true;
        }}
      >
        ?
      </button>
    </header>
  );
}

function OutputChoice() {
  const now = output.value;
  if (now === undefined) return <span class="output" />;
  const choose = ({ currentTarget }: { readonly currentTarget: HTMLSelectElement }) => {
    const { view } = route.value;
    go(placeOf(view === 'trajectory' ? 'samples' : view, Number(currentTarget.value)));
  };
  return (
    <span class="output">
      <Growing />
      {outputs.value.length === 1 ? (
        <Plain text={now.label} />
      ) : (
        <select aria-label="Output" value={String(route.value.out)} onChange={choose}>
          {outputs.value.map(({ label }, place) => (
            <option key={label} value={String(place)}>
              {label}
            </option>
          ))}
        </select>
      )}
    </span>
  );
}

/** Whether the data set grows, and how far the catalogue is. */
function Growing() {
  const now = output.value;
  if (now === undefined) return null;
  if (now.shardsRead < now.shards) {
    const { shards, shardsRead, problem } = now;
    return (
      <span class="chip">
        {problem === null
          ? `reading shard ${shardsRead + 1} of ${shards}`
          : `shows ${shardsRead} of ${plural(shards, 'shard')}`}
      </span>
    );
  }
  return now.closed ? null : <span class="chip live">growing</span>;
}

function Foot() {
  return (
    <footer class="foot">
      <code title="What is on the screen, in a terminal">{command.value}</code>
      <button type="button" onClick={() => void copy(command.value, 'Command')}>
        Copy command
      </button>
      <span class="note" role="status">
        {notice.value}
      </span>
    </footer>
  );
}
