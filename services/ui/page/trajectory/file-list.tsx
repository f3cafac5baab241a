/** The files in the order in which they are written, each with how its tokens divide. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FileSearch } from '../../api.ts';
import { plural, saved, short } from '../frame/numbers.ts';
import { Link, Plain } from '../frame/parts.tsx';
import { withParameters } from '../frame/route.ts';
import { route } from '../frame/state.ts';
import { useVirtual } from '../frame/use-virtual.ts';
import type { FilePart } from './blocks.ts';

export interface FileListProps {
  readonly files: readonly FilePart[];
  /** Whether these are all of them. */
  readonly isWhole: boolean;
  readonly current: FilePart | null;
  readonly searches: ReadonlyMap<string, FileSearch>;
}

const rowHeight = 40;

export function FileList({ files, isWhole, current, searches }: FileListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [filter, setFilter] = useState('');
  const shown = useMemo(() => {
    const wanted = filter.toLowerCase();
    return [...files.entries()].filter(([, { path }]) => path.toLowerCase().includes(wanted));
  }, [files, filter]);
  const list = useVirtual({ count: shown.length, scroller, estimate: () => rowHeight });
  const place = shown.findIndex(([, file]) => file === current);
  useEffect(() => {
    if (place >= 0) list.scrollToIndex(place, { align: 'auto' });
  }, [place]);
  return (
    <nav class="files" aria-label="Files in writing order">
      <input
        type="search"
        data-filter
        aria-label="Filter files"
        placeholder={`Filter ${isWhole ? plural(files.length, 'file') : 'files'} ( / )`}
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <div class="scroller" ref={scroller}>
        <ol style={{ height: `${list.getTotalSize()}px` }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const [number, file] = shown[index] ?? [];
            if (number === undefined || file === undefined) return null;
            return (
              <li key={number} style={{ transform: `translateY(${start}px)` }}>
                <FileRow
                  file={file}
                  number={number}
                  isCurrent={file === current}
                  search={searches.get(file.path)}
                />
              </li>
            );
          })}
        </ol>
      </div>
    </nav>
  );
}

interface FileRowProps {
  readonly file: FilePart;
  readonly number: number;
  readonly isCurrent: boolean;
  readonly search: FileSearch | undefined;
}

function FileRow({ file: { path, from, tokens }, number, isCurrent, search }: FileRowProps) {
  const slash = path.lastIndexOf('/') + 1;
  const all = tokens.read + tokens.think + tokens.write;
  const width = (part: number) => ({ width: `${(part / Math.max(1, all)) * 100}%` });
  const to = withParameters(route.value, { step: String(from), file: '' });
  return (
    <Link to={to} current={isCurrent}>
      <span class="number">{number + 1}</span>
      <span class="path">
        <span class="note">
          <Plain text={path.slice(0, slash)} />
        </span>
        <Plain text={path.slice(slash)} />
      </span>
      <span class="note size">
        {search?.rewritten === true && (
          <span class="gain">{saved(search.bitsBefore, search.bitsAfter)}</span>
        )}
        {tokens.think === 0 && <span title="written without a thought">no thought</span>}{' '}
        {short(all)}
      </span>
      <span class="split" aria-hidden="true">
        <span class="read" style={width(tokens.read)} />
        <span class="think" style={width(tokens.think)} />
        <span class="write" style={width(tokens.write)} />
      </span>
    </Link>
  );
}
