/** The teacher's usage in a run's summary, summed over the trajectories. Pure. */
import { sumUsage } from '../../ports/usage.ts';
import { section } from '../../runtime/report.ts';

export const flattenReport = {
  counters: {},
  section: section('trajectory', (bodies) => ({
    usage: sumUsage(bodies.map((body) => body.usage)),
  })),
};
