/** How values spread, as bars drawn by hand. A bar of lengths leads to the samples in it. */
import type { Histogram as Counts } from '../../api.ts';
import { count, plural, short } from '../frame/numbers.ts';
import { Link } from '../frame/parts.tsx';

export interface HistogramProps {
  readonly histogram: Counts;
  readonly out: number;
  /** A second data set to compare with, drawn beside the first. */
  readonly other?: Counts | undefined;
}

/** So many stand beside each other in the narrowest card. */
const boundsMax = 6;

export function Histogram({ histogram: { buckets }, out, other }: HistogramProps) {
  const range = filledRange(buckets, other?.buckets ?? []);
  const heights = heightsOf(buckets, range);
  const otherHeights = heightsOf(other?.buckets ?? [], range);
  const most = Math.max(...heights, ...otherHeights, Number.MIN_VALUE);
  const every = Math.ceil(range.length / boundsMax);
  return (
    <ol class="histogram" aria-label="Documents by length">
      {range.map((bucket, place) => {
        const [from, to] = [2 ** bucket, 2 ** (bucket + 1) - 1];
        const size = buckets[bucket] ?? 0;
        const text = `${plural(size, 'document')} of ${short(from)} to ${short(to + 1)} tokens`;
        const parameters = { min: String(bucket === 0 ? 0 : from), max: String(to) };
        return (
          <li key={bucket} title={text}>
            <Link to={{ view: 'samples', out, parameters }}>
              <span class="columns">
                <span style={{ height: `${((heights[place] ?? 0) / most) * 100}%` }} />
                {other !== undefined && (
                  <span
                    class="other"
                    style={{ height: `${((otherHeights[place] ?? 0) / most) * 100}%` }}
                  />
                )}
              </span>
              <span class="bound" aria-hidden="true">
                {place % every === 0 && short(from)}
              </span>
              <span class="unseen">{text}</span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

/** From the first to the last bucket in which either has something. */
function filledRange(one: readonly number[], other: readonly number[]): number[] {
  const filled = [...one.keys()].filter((bucket) => (one[bucket] ?? 0) + (other[bucket] ?? 0) > 0);
  const [first = 0, last = 0] = [filled[0], filled.at(-1)];
  return Array.from({ length: last - first + 1 }, (_, place) => first + place);
}

/** Shares, so that data sets of different sizes compare. */
function heightsOf(counts: readonly number[], range: readonly number[]): number[] {
  const sum = Math.max(
    1,
    counts.reduce((total, value) => total + value, 0),
  );
  return range.map((bucket) => (counts[bucket] ?? 0) / sum);
}

/** Counts over equal parts of 0 to 100 %. */
export function ShareHistogram({ counts }: { readonly counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const step = 100 / counts.length;
  return (
    <ol class="histogram low" aria-label="Documents by trained share">
      {counts.map((size, place) => (
        <li
          key={place * step}
          title={`${count(size)} at ${place * step} to ${place * step + step} %`}
        >
          <span class="columns">
            <span style={{ height: `${(size / most) * 100}%` }} />
          </span>
          <span class="bound">{place % 5 === 0 ? `${place * step} %` : ''}</span>
        </li>
      ))}
    </ol>
  );
}
