/** All marks of an output: what people said of its steps, each a link to the step. */
import { useEffect } from 'preact/hooks';
import type { Mark } from '../../../../schemas/marks.ts';
import { verdicts } from '../../../../schemas/verdicts.ts';
import { shellWord } from '../../../dataset/printable.ts';
import type { MarkPage } from '../../marks/view.ts';
import { isCopy } from '../frame/copy.ts';
import { count, plural } from '../frame/numbers.ts';
import { Link, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { withParameters } from '../frame/route.ts';
import { command, go, output, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';

const pageMax = 500;

export function MarksView() {
  const { out, parameters } = route.value;
  const { q = '', verdict = '' } = parameters;
  const label = output.value?.label ?? '';
  const question = {
    ...{ out: String(out), q, count: String(pageMax) },
    ...(verdict === '' ? {} : { verdict }),
  };
  const { value, problem } = useAnswer<MarkPage>('marks', question, String(out));
  useEffect(() => {
    command.value = `cat ${shellWord(`${label}/marks.jsonl`)}`;
    document.title = `Marks of ${label} · backstory`;
  }, [label]);
  if (problem !== null) return <Trouble problem={problem} heading="Marks" />;
  if (value === null) return <Waiting />;
  return (
    <>
      <h1>Marks</h1>
      <Hints page={value} />
      <Filters counts={value.counts} />
      <p class="note" role="status">
        {plural(value.matched, 'mark')}
        {value.matched > value.marks.length && `, the last ${count(value.marks.length)} are shown`}
        {value.matched > 0 && !isCopy && (
          <>
            {' · '}
            <a href={`/marks.jsonl?out=${out}`} download="marks.jsonl">
              Download all as JSON lines
            </a>
          </>
        )}
      </p>
      <ul class="drops marks">
        {value.marks.map((mark) => (
          <MarkRow key={`${mark.sampleId} ${mark.segment}`} mark={mark} out={out} />
        ))}
      </ul>
    </>
  );
}

function Hints({ page: { why, damaged, mayMark } }: { readonly page: MarkPage }) {
  return (
    <>
      {why !== null && <p class="note">There are none here: {why}.</p>}
      {why === null && !mayMark && !isCopy && (
        <p class="note">
          To mark steps, start the page with <code>--allow-changes</code>; then press <kbd>m</kbd>{' '}
          at a step.
        </p>
      )}
      {damaged > 0 && (
        <p class="trouble">{plural(damaged, 'line')} of marks.jsonl can not be read as a mark.</p>
      )}
    </>
  );
}

function Filters({ counts }: Pick<MarkPage, 'counts'>) {
  const { q = '', verdict = '' } = route.value.parameters;
  const set = (changes: Readonly<Record<string, string>>, replace: boolean) =>
    go(withParameters(route.value, changes), replace);
  return (
    <search class="filters">
      <input
        type="search"
        data-filter
        aria-label="Filter marks"
        placeholder="Filter ( / )"
        value={q}
        onInput={({ currentTarget }) => set({ q: currentTarget.value }, true)}
      />
      {verdicts.map((each) => (
        <button
          key={each}
          type="button"
          class={`chip verdict ${each}`}
          aria-pressed={verdict === each}
          onClick={() => set({ verdict: verdict === each ? '' : each }, false)}
        >
          {each} {count(counts[each] ?? 0)}
        </button>
      ))}
    </search>
  );
}

function MarkRow({ mark, out }: { readonly mark: Mark; readonly out: number }) {
  const { sampleId: id, segment, verdict, note, name, path, kind, atMs } = mark;
  const step = { view: 'trajectory' as const, out, id, parameters: { step: String(segment) } };
  return (
    <li>
      <span class={`chip verdict ${verdict}`}>{verdict}</span>{' '}
      <Link to={step}>
        <Plain text={name} /> <Plain text={path ?? ''} />
      </Link>{' '}
      <span class="note">
        {kind} #{count(segment)}, {new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')}
      </span>
      {note !== '' && (
        <p>
          <Plain text={note} />
        </p>
      )}
    </li>
  );
}
