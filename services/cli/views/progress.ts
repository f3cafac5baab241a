/** The line that shows the progress of a run. Pure: the caller passes the time. */
import type { ProgressSnapshot } from '../../runtime/watch/progress.ts';
import type { Reading } from '../../teacher/meter.ts';
import { formatCount, formatDuration, formatShare, plural, truncate } from './format.ts';

/** A snapshot and when it was taken, in milliseconds since the run began. */
export interface TimedSnapshot {
  readonly atMs: number;
  readonly snapshot: MeteredSnapshot;
}

/** What a run has done, and what its teacher's calls cost in this process. */
export type MeteredSnapshot = ProgressSnapshot & { readonly meter?: Reading };

/** The rate is measured over the last 15 s, so that it follows changes. */
export const rateWindowMs = 15_000;

/** Files finished per second over the window; null until a file has finished in it. */
export function fileRate(history: readonly TimedSnapshot[]): number | null {
  const latest = history.at(-1);
  if (latest === undefined) return null;
  const first = history.find((entry) => latest.atMs - entry.atMs <= rateWindowMs);
  if (first === undefined || first === latest) return null;
  const files = latest.snapshot.files.done - first.snapshot.files.done;
  const seconds = (latest.atMs - first.atMs) / 1000;
  return files > 0 && seconds > 0 ? files / seconds : null;
}

/** Share done from 0 to 1; null while the size of the input is unknown. */
export function shareDone(snapshot: ProgressSnapshot): number | null {
  const { repositories, files } = snapshot;
  if (repositories.total === null || repositories.total === 0) return null;
  const ended = repositories.done + repositories.dropped;
  if (ended >= repositories.total) return 1;
  if (files.planned === 0) return null;
  // Assumes that repositories without planned files are like the others. The first factor is the
  // progress within the found repositories, the second the share of repositories that are found.
  return (files.done / files.planned) * Math.min(1, repositories.found / repositories.total);
}

/** Time left in milliseconds at the rate of the window; null while unknown. */
export function timeLeftMs(history: readonly TimedSnapshot[]): number | null {
  const latest = history.at(-1);
  const rate = fileRate(history);
  const share = latest === undefined ? null : shareDone(latest.snapshot);
  if (latest === undefined || rate === null || share === null || share === 0) return null;
  const filesDone = latest.snapshot.files.done;
  return ((filesDone / share - filesDone) / rate) * 1000;
}

const barCells = 20;

export function drawBar(share: number | null): string {
  const cells = share === null ? 0 : Math.max(0, Math.min(barCells, Math.floor(share * barCells)));
  return '█'.repeat(cells) + '░'.repeat(barCells - cells);
}

/** The facts of the line, most important first, because a narrow terminal cuts off the end. */
export function describeProgress(history: readonly TimedSnapshot[]): string {
  const latest = history.at(-1);
  if (latest === undefined) return 'starting';
  const { repositories, files, tallies, phase } = latest.snapshot;
  const ended = repositories.done + repositories.dropped;
  const total = repositories.total ?? `${repositories.found}+`;
  const parts = [
    `${ended}/${total} repositories`,
    `${formatCount(files.done)}/${formatCount(files.planned)} files`,
    ...Object.entries(tallies).map(([name, value]) => `${formatCount(value)} ${name}`),
  ];
  const rate = fileRate(history);
  if (rate !== null) parts.push(`${rate.toFixed(rate < 10 ? 1 : 0)} files/s`);
  const left = timeLeftMs(history);
  if (left !== null && left > 0) parts.push(`${formatDuration(left)} left`);
  parts.push(...describeMeter(latest.snapshot.meter));
  if (phase !== '') parts.push(phase);
  return parts.join(' · ');
}

/** The live meter: nothing where no call was made. */
export function describeMeter(meter: Reading | undefined): string[] {
  if (meter === undefined || meter.calls === 0) return [];
  const { calls, underWay, promptTokens, cachedTokens, completionTokens, failures } = meter;
  const cached = cachedTokens === 0 ? '' : ` (${formatShare(cachedTokens / promptTokens)} cached)`;
  return [
    `${plural(calls, 'request')}, ${underWay} under way`,
    `${formatCount(promptTokens + completionTokens)} model tokens${cached}`,
    ...(meter.microDollars === 0 ? [] : [`$${(meter.microDollars / 1e6).toFixed(2)}`]),
    ...(failures === 0 ? [] : [`${formatCount(failures)} failed`]),
  ];
}

/** The bar and the facts in one line of at most `columns` characters. */
export function drawProgressLine(history: readonly TimedSnapshot[], columns: number): string {
  const latest = history.at(-1);
  const bar = drawBar(latest === undefined ? null : shareDone(latest.snapshot));
  return truncate(`${bar} ${describeProgress(history)}`, columns - 1);
}
