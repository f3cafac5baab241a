/**
 * The floors of the house, lowest first. A room imports from itself and from lower floors, never
 * from a neighbour. The tidy test of imports holds this; the picture in services/README.md is
 * drawn from it.
 */
import { stageNames } from '../../../schemas/topology.ts';

export interface Floor {
  /** Each room is a folder or a file, by its path. */
  readonly rooms: readonly string[];
  /** What the rooms of this floor are for, in a few words. */
  readonly holds: string;
}

export const floors: readonly Floor[] = [
  { rooms: ['schemas'], holds: 'contracts: topics, records, text, shards, manifest' },
  {
    rooms: ['services/redaction'],
    holds: 'secrets and addresses in a text: found, and replaced',
  },
  { rooms: ['services/ports'], holds: 'what a stage may ask of a model' },
  {
    rooms: ['services/runtime'],
    holds: 'bus, store, retries, memo, metrics: once, for all stages',
  },
  { rooms: ['services/dataset'], holds: 'an output at rest, and how it is read' },
  {
    // Stages reach teacher and scorer through ports alone, so these stand beside them.
    rooms: [
      ...stageNames.map((stage) => `services/stages/${stage}`),
      'services/teacher',
      'services/scorer',
      'services/code-host',
      'services/export',
    ],
    holds: 'stages, models, exports; none knows its neighbour',
  },
  {
    // Above the teacher, whose checks know what a name and a word of a thought is.
    rooms: ['services/quality'],
    holds: 'how good an output is',
  },
  {
    // Neither knows the other: a page shows outputs, whatever stages made them.
    rooms: ['services/registry.ts', 'services/ui'],
    holds: 'the list of all stages and knobs; the page',
  },
  { rooms: ['services/cli'], holds: 'the commands' },
  { rooms: ['scripts', 'test'], holds: 'use everything; nothing uses them' },
];
