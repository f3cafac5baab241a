/** One line that tells how far a run is. Pure: time comes in, text goes out. */
import type { ProgressSnapshot } from '../../runtime/watch/progress.ts';
import { formatCount, formatDuration, truncate } from './format.ts';

/** A snapshot and when it was taken, in milliseconds since the run began. */
export interface TimedSnapshot {
  readonly atMs: number;
  readonly snapshot: ProgressSnapshot;
}

/** The rate is measured over the latest stretch of this length, so that it follows changes. */
export const rateWindowMs = 15_000;

/** Files finished per second over the window; null until there is something to measure. */
export function fileRate(history: readonly TimedSnapshot[]): number | null {
  const latest = history.at(-1);
  if (latest === undefined) return null;
  const first = history.find((entry) => latest.atMs - entry.atMs <= rateWindowMs);
  if (first === undefined || first === latest) return null;
  const files = latest.snapshot.files.done - first.snapshot.files.done;
  const seconds = (latest.atMs - first.atMs) / 1000;
  return files > 0 && seconds > 0 ? files / seconds : null;
}

/** Share done from 0 to 1, or null while the size of the input is not known. */
export function shareDone(snapshot: ProgressSnapshot): number | null {
  const { repositories, files } = snapshot;
  if (repositories.total === null || repositories.total === 0) return null;
  const ended = repositories.done + repositories.dropped;
  if (ended >= repositories.total) return 1;
  if (files.planned === 0) return null;
  // Repositories whose files are not planned yet are taken to be like the others: the share of
  // files says how far the started ones are, the share of found ones how many those are.
  return (files.done / files.planned) * Math.min(1, repositories.found / repositories.total);
}

/** Time left in milliseconds if the run goes on as in the window; null while unknown. */
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

/** The facts of the line, most important first, so that a narrow terminal loses the least. */
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
  if (phase !== '') parts.push(phase);
  return parts.join(' · ');
}

/** The bar and the facts in one line of at most `columns` characters. */
export function drawProgressLine(history: readonly TimedSnapshot[], columns: number): string {
  const latest = history.at(-1);
  const bar = drawBar(latest === undefined ? null : shareDone(latest.snapshot));
  return truncate(`${bar} ${describeProgress(history)}`, columns - 1);
}
