/** What a search through paths or thoughts finds; it goes through the shards as the reader wants. */
import { useEffect, useState } from 'preact/hooks';
import type { Hit, HitPage, Problem } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import { count, plural } from '../frame/numbers.ts';
import { Link, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { route } from '../frame/state.ts';
import { problemOf } from '../frame/use-answer.ts';

interface Scan {
  readonly hits: readonly Hit[];
  /** Hits that are not listed. */
  readonly left: number;
  readonly page: HitPage | null;
  readonly problem: Problem | null;
  readonly isLooking: boolean;
}

const nothing: Scan = { hits: [], left: 0, page: null, problem: null, isLooking: false };
/** A search reads shards: it waits for the end of a word. */
const pauseMs = 300;

export function ScanHits() {
  const { out, parameters } = route.value;
  const { q = '', in: place = 'paths' } = parameters;
  const [scan, setScan] = useState<Scan>(nothing);
  const look = (from: number, before: readonly Hit[], isWanted: () => boolean) => {
    setScan((now) => ({ ...now, isLooking: true }));
    ask<HitPage>('scan', { out: String(out), in: place, q, from: String(from) }).then(
      (page) => {
        const hits = [...before, ...page.hits];
        const own = { hits, page, problem: null, isLooking: false };
        if (isWanted()) setScan(({ left }) => ({ ...own, left: left + page.left }));
      },
      (error: unknown) => {
        if (isWanted()) setScan({ ...nothing, problem: problemOf(error) });
      },
    );
  };
  useEffect(() => {
    let wanted = true;
    setScan(nothing);
    const timer = setTimeout(() => {
      if (q !== '') look(0, [], () => wanted);
    }, pauseMs);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [out, q, place]);
  const { hits, left, page, problem, isLooking } = scan;
  if (problem !== null) return <Trouble problem={problem} />;
  if (q === '') return <p class="note">Write what to look for.</p>;
  return (
    <>
      <p class="note" role="status">
        {plural(hits.length, 'hit')}
        {page !== null && ` in ${count(page.shardsRead)} of ${plural(page.shards, 'shard')}`}
        {left > 0 && `; ${count(left)} more there are not listed: write more of the path`}
      </p>
      <ul class="hits">
        {hits.map((hit) => (
          <HitRow key={`${hit.id} ${hit.path} ${hit.segment}`} hit={hit} out={out} />
        ))}
      </ul>
      {isLooking && <Waiting what="Looking" />}
      {page?.next != null && !isLooking && (
        <button type="button" onClick={() => look(page.next ?? 0, hits, () => true)}>
          Look further
        </button>
      )}
    </>
  );
}

function HitRow({ hit, out }: { readonly hit: Hit; readonly out: number }) {
  const { id, name, path, segment, text } = hit;
  const step = segment === null ? { file: path ?? '' } : { step: String(segment) };
  return (
    <li>
      <Link to={{ view: 'trajectory', out, id, parameters: step }}>
        <Plain text={name} /> <Plain text={path ?? ''} />
      </Link>
      {text !== '' && (
        <span class="note">
          … <Plain text={text} /> …
        </span>
      )}
    </li>
  );
}
