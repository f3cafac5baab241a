/** The line about what a process of a cluster has done. */
import { expect, test } from 'vitest';
import { describeService } from '../../../../services/cli/views/service-progress.ts';

test('names each stage with its records, what became of others, and what waits', () => {
  const line = describeService([
    { stage: 'discover', ended: { emitted: 1 }, waiting: null },
    {
      stage: 'extract',
      ended: { emitted: 1200, dropped: 2, dead_letter: 1, retried: 4 },
      waiting: 17,
    },
    { stage: 'plan', ended: {}, waiting: 0 },
  ]);
  expect(line).toBe(
    'discover 1 record · extract 1,203 records (2 dropped, 1 dead letters, 4 tried again), 17 waiting · plan 0 records, 0 waiting',
  );
});
