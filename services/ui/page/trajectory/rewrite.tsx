/** What the search did to the thought of a file: before and after, and every candidate. */
import { diffWordsWithSpace } from 'diff';
import { useState } from 'preact/hooks';
import type { FileSearch, Rewrite } from '../../api.ts';
import { bitsPerByte, count, plural, saved } from '../frame/numbers.ts';
import { Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';

/** Longer thoughts stand whole, one below the other: comparing them would take too long. */
const comparedMax = 20_000;

export function RewriteView({ search }: { readonly search: FileSearch }) {
  const [isOpen, setOpen] = useState(false);
  const { candidates, rewritten } = search;
  if (candidates.length === 0) return null;
  return (
    <div class="rewrite">
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {rewritten ? 'rewritten' : 'not rewritten'}: {plural(candidates.length, 'candidate')}
        {rewritten && <span class="gain"> {saved(search.bitsBefore, search.bitsAfter)}</span>}
      </button>
      {isOpen && <Change search={search} />}
    </div>
  );
}

function Change({ search }: { readonly search: FileSearch }) {
  const place = route.value;
  const question = {
    out: String(place.out),
    id: place.view === 'trajectory' ? place.id : '',
    path: search.path,
  };
  const { value, problem } = useAnswer<Rewrite>('rewrite', question, '');
  if (problem !== null) return <Trouble problem={problem} />;
  if (value === null) return <Waiting />;
  return (
    <div class="change">
      {value.after.map((after, thought) => (
        <Words key={`${thought} ${after}`} before={value.before[thought] ?? ''} after={after} />
      ))}
      <table>
        <thead>
          <tr>
            {['round', 'outcome', 'bits per byte', 'against the first', 'bytes'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {search.candidates.map((each, place) => (
            <tr key={`${place} ${each.outcome}`}>
              <td class="number">{each.round + 1}</td>
              <td>{each.outcome}</td>
              <td class="number">
                {each.bits === null ? '–' : bitsPerByte(each.bits, search.targetBytes)}
              </td>
              <td class="number">
                {each.bits === null ? '–' : saved(search.bitsBefore, each.bits)}
              </td>
              <td class="number">{count(each.textBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Words that went and words that came. */
function Words({ before, after }: { readonly before: string; readonly after: string }) {
  if (before === after) return <p class="note">A thought was kept as it was.</p>;
  if (before.length + after.length > comparedMax) {
    return (
      <>
        <del>
          <Plain text={before} />
        </del>
        <ins>
          <Plain text={after} />
        </ins>
      </>
    );
  }
  return (
    <p class="words">
      {diffWordsWithSpace(before, after).map(({ value, added, removed }, place) => {
        const key = `${place} ${value}`;
        if (added) {
          return (
            <ins key={key}>
              <Plain text={value} />
            </ins>
          );
        }
        if (removed) {
          return (
            <del key={key}>
              <Plain text={value} />
            </del>
          );
        }
        return <Plain key={key} text={value} />;
      })}
    </p>
  );
}
