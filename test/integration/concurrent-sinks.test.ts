/**
 * Several real sink processes on one output, killed and paused at random: together they write what
 * one sink writes (I5). `npm run soak -- sinks` does the same two hundred times.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runGroup } from '../soak/sink-group.ts';

it.each([
  { writers: 2, bounded: false, seed: 11 },
  { writers: 4, bounded: false, seed: 12 },
  { writers: 2, bounded: true, seed: 13 },
])(
  'I5: $writers sinks, bounded $bounded: lose nothing and write nothing twice',
  async (setting) => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-sinks-'));
    try {
      const report = await runGroup({ folder, faults: 4, samples: 80, ...setting });
      expect(report.problems).toEqual([]);
      expect(report.kills + report.pauses).toBeGreaterThanOrEqual(4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
