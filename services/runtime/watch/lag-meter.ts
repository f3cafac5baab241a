/**
 * How far behind stages are in seconds, without reading a record: it remembers when it saw a
 * partition end where, so the first unfinished record is as old as the first look that saw an end
 * beyond it. Looks are the sparser the older they are, so there are few; the figure may be too
 * small by that, never too large.
 */
import { graph, type StageName } from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { type PartitionLag, partitionLags } from '../bus/lag.ts';
import type { Clock } from '../clock.ts';
import type { GaugeName } from './measures.ts';
import type { GaugeValue, Metrics } from './metrics.ts';

/** A look at a partition: its end, when no earlier look had seen it. */
interface Look {
  readonly atMs: number;
  readonly end: number;
}

/** How far apart two looks are at the least, as a share of the time since the first. */
const spacing = 1 / 64;
/** Several gauges of one scrape share a look. */
const keptMs = 2_000;

export interface StageLag {
  readonly stage: StageName;
  readonly records: number;
  readonly seconds: number;
  readonly lost: number;
}

/** The looks at one partition, oldest first, after one more. Pure. */
export function lookAgain(
  looks: readonly Look[],
  { end, committed, unfinished }: Pick<PartitionLag, 'end' | 'committed' | 'unfinished'>,
  nowMs: number,
): { readonly looks: readonly Look[]; readonly seconds: number } {
  const [oldest, last] = [looks[0], looks.at(-1)];
  const isDue = nowMs - (last?.atMs ?? 0) >= (nowMs - (oldest?.atMs ?? 0)) * spacing;
  const grown = (last?.end ?? 0) < end && isDue ? [...looks, { atMs: nowMs, end }] : looks;
  // Those before the first that saw the first unfinished record say nothing any more.
  const needed = grown.filter((look) => look.end > committed);
  const first = needed[0];
  if (unfinished === 0 || first === undefined) return { looks: needed.slice(-1), seconds: 0 };
  return { looks: needed, seconds: (nowMs - first.atMs) / 1000 };
}

/** Adds the lag of these stages to the metrics. */
export function watchLag(
  metrics: Metrics,
  stages: readonly StageName[],
  { bus, dataset, clock }: { readonly bus: Bus; readonly dataset: string; readonly clock: Clock },
): void {
  const reading = stages.filter((stage) => graph[stage].reads.length > 0);
  const looks = new Map<string, readonly Look[]>();
  let kept: { readonly untilMs: number; readonly lags: Promise<readonly StageLag[]> } | null = null;
  const lagOf = async (stage: StageName): Promise<StageLag> => {
    const partitions = await partitionLags(bus, dataset, stage);
    const nowMs = clock.nowMs();
    const ages = partitions.map((lag) => {
      const name = `${stage} ${lag.topic} ${lag.partition}`;
      const look = lookAgain(looks.get(name) ?? [], lag, nowMs);
      looks.set(name, look.looks);
      return look.seconds;
    });
    const sum = (field: 'unfinished' | 'gone') =>
      partitions.reduce((total, lag) => total + lag[field], 0);
    return { stage, records: sum('unfinished'), seconds: Math.max(0, ...ages), lost: sum('gone') };
  };
  const look = () => {
    const nowMs = clock.nowMs();
    if (kept === null || nowMs >= kept.untilMs) {
      kept = { untilMs: nowMs + keptMs, lags: Promise.all(reading.map(lagOf)) };
    }
    return kept.lags;
  };
  const watch = (name: GaugeName, of: (lag: StageLag) => number) =>
    metrics.watch(name, async () =>
      (await look()).map((lag): GaugeValue => {
        return { labels: { stage: lag.stage }, value: of(lag) };
      }),
    );
  watch('lag_records', ({ records }) => records);
  watch('lag_seconds', ({ seconds }) => seconds);
  watch('lost_records', ({ lost }) => lost);
}
