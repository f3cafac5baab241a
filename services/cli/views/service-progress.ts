/** The line of a cluster process about what it has done since it began. Pure. */
import type { StageProgress } from '../../runtime/cluster/own-progress.ts';
import type { EndedAs } from '../../runtime/watch/metrics.ts';
import { formatCount } from './format.ts';

const words: Readonly<Record<Exclude<EndedAs, 'emitted'>, string>> = {
  dropped: 'dropped',
  dead_letter: 'dead letters',
  retried: 'tried again',
  crashed: 'crashed',
};

/** `extract 1,204 records (2 dropped), 17 waiting · plan 3 records, 0 waiting`. */
export function describeService(progress: readonly StageProgress[]): string {
  return progress.map(describeStage).join(' · ');
}

function describeStage({ stage, ended, waiting }: StageProgress): string {
  // A record that is tried again is counted when it ends.
  const { retried: _again, ...final } = ended;
  const total = Object.values(final).reduce((sum, count) => sum + count, 0);
  const others = Object.entries(words).flatMap(([kind, word]) => {
    const count = ended[kind as keyof typeof words] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${word}`];
  });
  const not = others.length === 0 ? '' : ` (${others.join(', ')})`;
  const behind = waiting === null ? '' : `, ${formatCount(waiting)} waiting`;
  return `${stage} ${formatCount(total)} ${total === 1 ? 'record' : 'records'}${not}${behind}`;
}
