/** All samples as a table that filters and sorts; only the rows in view are asked for and drawn. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { SortColumn } from '../../api.ts';
import { useKeys } from '../frame/keys.ts';
import { count } from '../frame/numbers.ts';
import { Link, Trouble } from '../frame/parts.tsx';
import { type Parameters, type Route, withParameters } from '../frame/route.ts';
import { command, edition, go, output, route } from '../frame/state.ts';
import { useVirtualRows } from '../frame/use-virtual.ts';
import { Filters, looksInDocuments } from './filters.tsx';
import { SampleRowView } from './sample-row.tsx';
import { ScanHits } from './scan-hits.tsx';
import { pageQuestion, pageSize, useRows } from './use-rows.ts';

const rowHeight = 44;

const columns: readonly { readonly name: string; readonly sort: SortColumn }[] = [
  { name: 'repository', sort: 'name' },
  { name: 'files', sort: 'files' },
  { name: 'tokens', sort: 'tokens' },
  { name: 'trained', sort: 'trained' },
  { name: 'licence', sort: 'licence' },
  { name: 'search', sort: 'gain' },
  { name: 'missing', sort: 'lacks' },
];

function rowsQuestion({ out, parameters }: Route): Parameters {
  const { in: _, ...filters } = parameters;
  return { out: String(out), ...filters };
}

/** What the table asks for first; null where it is not shown. */
export function firstRows(place: Route): Parameters | null {
  return looksInDocuments(place.parameters) ? null : pageQuestion(rowsQuestion(place), 0);
}

export function SamplesView() {
  const { out, parameters } = route.value;
  const label = output.value?.label ?? '';
  const isScan = looksInDocuments(parameters);
  useEffect(() => {
    command.value = `backstory inspect ${shellWord(label)}`;
    document.title = `Samples of ${label} · backstory`;
  }, [label]);
  return (
    <>
      <h1 class="unseen">Samples</h1>
      <Filters />
      {isScan ? <ScanHits /> : <Table key={out} />}
    </>
  );
}

function Table() {
  const { out } = route.value;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const question = rowsQuestion(route.value);
  const { rowAt, matched, samples, problem, want } = useRows(question, edition.value);
  const { list, height, topOf, scrollToRow } = useVirtualRows(matched, scroller, rowHeight);
  const items = list.getVirtualItems();
  useEffect(() => want(items[0]?.index ?? 0, items.at(-1)?.index ?? pageSize));
  const move = (by: number) => {
    const next = Math.max(0, Math.min(matched - 1, cursor + by));
    setCursor(next);
    scrollToRow(next);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const row = rowAt(cursor);
      if (row !== null) go({ view: 'trajectory', out, id: row.id, parameters: {} });
    },
  });
  if (problem !== null) return <Trouble problem={problem} />;
  return (
    <>
      <p class="note" role="status">
        {matched === samples ? count(samples) : `${count(matched)} of ${count(samples)}`} samples
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls takes the keyboard. */}
      <section class="scroller" ref={scroller} tabIndex={0} aria-label="Samples">
        <table class="rows" aria-rowcount={matched + 1}>
          <thead>
            <tr>
              {columns.map((column) => (
                <Head key={column.sort} {...column} />
              ))}
            </tr>
          </thead>
          <tbody style={{ height: `${height}px` }}>
            {items.map(({ index, start }) => (
              <SampleRowView
                key={index}
                row={rowAt(index)}
                place={index}
                top={topOf(start)}
                isCurrent={index === cursor}
              />
            ))}
          </tbody>
        </table>
        {matched === 0 && samples > 0 && <p class="note empty">No sample is like that.</p>}
      </section>
    </>
  );
}

interface HeadProps {
  readonly name: string;
  readonly sort: SortColumn;
}

/** Numbers begin with the greatest, texts with the first. */
function Head({ name, sort }: HeadProps) {
  const { parameters } = route.value;
  const isSorted = parameters.sort === sort;
  const isText = sort === 'name' || sort === 'licence';
  const descending = isSorted ? parameters.desc !== '1' : !isText;
  const order = parameters.desc === '1' ? 'descending' : 'ascending';
  const to = withParameters(route.value, { sort, desc: descending ? '1' : '' });
  return (
    <th scope="col" aria-sort={isSorted ? order : 'none'}>
      <Link to={to}>
        {name}
        {isSorted && <span aria-hidden="true">{parameters.desc === '1' ? ' ↓' : ' ↑'}</span>}
      </Link>
    </th>
  );
}
