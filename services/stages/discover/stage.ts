/** Wiring of `discover`: for each source, stores an archive and emits `repo-found`. */
import { defineSource } from '../../runtime/stage.ts';
import { discoverKnobs } from './config.ts';
import { discoverReport } from './near-duplicates/report.ts';
import { readItems } from './read-items.ts';

const hourMs = 3_600_000;

export const discover = defineSource('discover', {
  config: discoverKnobs,
  report: discoverReport,
  items: readItems,
  againMs: ({ followHours }) => (followHours === null ? null : followHours * hourMs),
});
