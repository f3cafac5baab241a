/** One row of the table of samples. */
import type { SampleRow } from '../../api.ts';
import { count, saved, share } from '../frame/numbers.ts';
import { Link, Plain } from '../frame/parts.tsx';
import { route } from '../frame/state.ts';

export interface SampleRowProps {
  /** Null while it is on its way. */
  readonly row: SampleRow | null;
  readonly place: number;
  readonly top: number;
  readonly isCurrent: boolean;
}

export function SampleRowView({ row, place, top, isCurrent }: SampleRowProps) {
  return (
    <tr
      aria-rowindex={place + 2}
      class={isCurrent ? 'current' : ''}
      style={{ transform: `translateY(${top}px)` }}
    >
      {row === null ? <td class="note">…</td> : <Cells row={row} />}
    </tr>
  );
}

function Cells({ row }: { readonly row: SampleRow }) {
  const { out } = route.value;
  return (
    <>
      <th scope="row">
        <Link to={{ view: 'trajectory', out, id: row.id, parameters: {} }}>
          <Plain text={row.name} />
        </Link>
        {row.episode !== null && <span class="chip">{row.episode}</span>}
        {!row.complete && <span class="chip">not whole yet</span>}
        <span class="note origin">
          <Plain text={row.origin} />
        </span>
      </th>
      <td class="number">{count(row.files)}</td>
      <td class="number">{count(row.tokens)}</td>
      <td class="number">{share(row.trainedTokens, row.tokens)}</td>
      <td>
        <Plain text={row.licence} />
      </td>
      <td class="number">
        {row.gain === null ? '–' : saved(row.gain.bitsBefore, row.gain.bitsAfter)}
      </td>
      <td class="number">{row.lacks === 0 ? '–' : count(row.lacks)}</td>
    </>
  );
}
