/** Two data sets side by side: their numbers, their lengths, and the same file in both. */
import { useEffect } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { SamplePage, SampleRow, Totals } from '../../api.ts';
import { Histogram } from '../data/histogram.tsx';
import { bitsPerByte, bytes, count, plural, share, short } from '../frame/numbers.ts';
import { Card, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { type Route, withParameters } from '../frame/route.ts';
import { command, editionOf, go, outputs, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';
import { fileQuestion, SideBySide } from './side-by-side.tsx';

export function CompareView() {
  const all = outputs.value;
  const { out, parameters } = route.value;
  const other = otherOf(route.value);
  const [one, two] = [all[out], all[other]];
  useEffect(() => {
    command.value = `backstory ui ${all.map(({ label }) => shellWord(label)).join(' ')}`;
    document.title = 'Compare · backstory';
  }, [all.length]);
  if (one === undefined || two === undefined) {
    return (
      <>
        <h1>Compare</h1>
        <p>
          Name two outputs to compare: <code>backstory ui ONE OTHER</code>
        </p>
      </>
    );
  }
  return (
    <>
      <h1>Compare</h1>
      <p class="pair">
        <span class="one">
          <Plain text={one.label} />
        </span>{' '}
        with{' '}
        <select
          aria-label="Compare with"
          value={String(other)}
          onChange={({ currentTarget }) =>
            go(withParameters(route.value, { with: currentTarget.value }))
          }
        >
          {all.map(({ label }, place) => (
            <option key={label} value={String(place)}>
              {label}
            </option>
          ))}
        </select>
      </p>
      <Numbers out={out} other={other} />
      <Choice out={out} />
      {parameters.name !== undefined && (
        <SideBySide
          key={`${parameters.name} ${out} ${other}`}
          name={parameters.name}
          path={parameters.path ?? ''}
          outs={[out, other]}
        />
      )}
    </>
  );
}

/** The output that the one on the screen is compared with. */
function otherOf({ out, parameters }: Route): number {
  return Number(parameters.with ?? (out === 0 ? 1 : 0));
}

/** What both sides ask first; nothing while no repository is chosen. */
export function firstFiles(place: Route): readonly ReturnType<typeof fileQuestion>[] {
  const { name, path = '' } = place.parameters;
  if (name === undefined) return [];
  return [place.out, otherOf(place)].map((out) => fileQuestion(out, name, path));
}

const rows: readonly (readonly [string, (totals: Totals) => string])[] = [
  ['repositories', ({ repositories }) => count(repositories)],
  ['documents', ({ samples }) => count(samples)],
  ['files', ({ files }) => count(files)],
  ['text', ({ textBytes }) => bytes(textBytes)],
  ['tokens', ({ tokens }) => count(tokens)],
  ['trained', ({ trainedTokens, tokens }) => share(trainedTokens, tokens)],
  ['padding', ({ paddingShare }) => share(paddingShare, 1)],
  [
    'bits per byte',
    ({ search }) => (search === null ? '–' : bitsPerByte(search.bitsAfter, search.targetBytes)),
  ],
];

interface PairProps {
  readonly out: number;
  readonly other: number;
}

function Numbers({ out, other }: PairProps) {
  const one = useAnswer<Totals>('totals', { out: String(out) }, editionOf(out));
  const two = useAnswer<Totals>('totals', { out: String(other) }, editionOf(other));
  const problem = one.problem ?? two.problem;
  if (problem !== null) return <Trouble problem={problem} />;
  if (one.value === null || two.value === null) return <Waiting />;
  const [first, second] = [one.value, two.value];
  return (
    <div class="cards">
      <Card title="Numbers">
        <table class="numbers">
          <thead>
            <tr>
              <td />
              <th scope="col" class="one">
                first
              </th>
              <th scope="col" class="two">
                second
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, show]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{show(first)}</td>
                <td class="number">{show(second)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card title="Lengths" aside="share of documents by tokens">
        <Histogram histogram={first.lengths} other={second.lengths} out={out} />
      </Card>
    </div>
  );
}

/** The repository to compare, found by a part of its name. */
function Choice({ out }: { readonly out: number }) {
  const { q = '' } = route.value.parameters;
  const { value } = useAnswer<SamplePage>('samples', { out: String(out), q, count: '200' });
  const repositories = repositoriesOf(value?.rows ?? []);
  return (
    <section>
      <h2>The same file in both</h2>
      <search class="filters">
        <input
          type="search"
          data-filter
          aria-label="Repository"
          placeholder="Repository ( / )"
          value={q}
          onInput={({ currentTarget }) =>
            go(withParameters(route.value, { q: currentTarget.value }), true)
          }
        />
        {repositories.map(({ name, what }) => (
          <button
            type="button"
            class="chip"
            key={name}
            aria-pressed={route.value.parameters.name === name}
            onClick={() => go(withParameters(route.value, { name, path: '' }))}
          >
            <Plain text={name} /> {what}
          </button>
        ))}
      </search>
    </section>
  );
}

const repositoriesMax = 20;

/** One for all episodes of a repository, with how long or how many they are. */
function repositoriesOf(rows: readonly SampleRow[]) {
  const found = new Map<string, string>();
  for (const { name, episode, tokens } of rows) {
    const episodes = episode === null ? null : Number(episode.split('/')[1]);
    const what = episodes === null ? short(tokens) : plural(episodes, 'episode');
    if (!found.has(name)) found.set(name, what);
  }
  return [...found].slice(0, repositoriesMax).map(([name, what]) => ({ name, what }));
}
