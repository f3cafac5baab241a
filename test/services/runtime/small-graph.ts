/**
 * The smallest graph that the embedded runtime can run: a source of named repositories, a map
 * whose handler a test chooses, and a writer that notes what reached it. Used to test the
 * runtime's own promises without the real stages.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CodeHost } from '../../../services/ports/code-host.ts';
import { runtimeKnobs } from '../../../services/runtime/config/knobs.ts';
import { type EmbeddedOptions, runEmbedded } from '../../../services/runtime/embedded/embedded.ts';
import { emit, type Outcome } from '../../../services/runtime/outcomes.ts';
import {
  type AnyStage,
  defineSource,
  defineStage,
  defineWriter,
  type StageRecord,
} from '../../../services/runtime/stage.ts';

const noKnobs = z.object({});

export interface SmallGraph {
  readonly folder: string;
  readonly names: readonly string[];
  /** The digest of a repository's files, by name; by default it is not known. */
  readonly trees?: Readonly<Record<string, string>>;
  /** What tells one input from another; by default the names, as given on a command line. */
  readonly inputHash?: string;
  readonly handle: (record: StageRecord<'repo-found'>) => Promise<readonly Outcome[]>;
  readonly settings?: Partial<z.input<typeof runtimeKnobs>>;
  readonly faults?: EmbeddedOptions['faults'];
  readonly signal?: AbortSignal;
  /** Another source than the names, with its knobs and what it talks to. */
  readonly source?: {
    readonly stage: AnyStage;
    readonly knobs: object;
    readonly codeHost: CodeHost;
  };
}

/** The writer's notes: one line per source position, in the order of arrival. */
export function endings(folder: string): string[] {
  const path = join(folder, 'endings.log');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

export function runSmallGraph(graph: SmallGraph) {
  const { folder, names, faults, signal } = graph;
  return runEmbedded({
    outputFolder: folder,
    configuration: {
      runtime: runtimeKnobs.parse(graph.settings ?? {}),
      discover: graph.source?.knobs ?? {},
      admit: {},
      sink: {},
    },
    configurationHash: 'small graph',
    inputHash: graph.inputHash ?? names.join(),
    stages: [graph.source?.stage ?? source(graph), map(graph), writer(folder)],
    teacher: null,
    scorer: null,
    codeHost: graph.source?.codeHost ?? null,
    ...(faults === undefined ? {} : { faults }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function source(graph: SmallGraph): AnyStage {
  return defineSource('discover', {
    config: noKnobs,
    items: async function* () {
      for (const name of graph.names) {
        const archive = { sha256: 'a'.repeat(64), bytes: 0 };
        const treeSha256 = graph.trees?.[name] ?? null;
        const commit = null;
        const body = {
          name,
          origin: name,
          commit,
          archive,
          format: 'tar' as const,
          treeSha256,
          hosted: null,
          near: null,
        };
        yield {
          repositoryId: `repository-${name}`,
          eventTimeMs: 0,
          subject: { name, origin: name },
          outcome: emit('repo-found', body),
        };
      }
    },
  });
}

function map(graph: SmallGraph): AnyStage {
  return defineStage('admit', {
    config: noKnobs,
    concurrency: () => 4,
    handle: graph.handle,
    end: { subject: (record) => record.body },
  });
}

/** Notes every ended repository once and is done when all source positions have ended. */
function writer(folder: string): AnyStage {
  return defineWriter('sink', {
    config: noKnobs,
    openWriter: async () => {
      const path = join(folder, 'endings.log');
      const seen = new Set(endings(folder).map((line) => line.split(' ')[0]));
      let total: number | null = null;
      return {
        resumeOffset: () => 0,
        begin: () => ({ outcomes: [], done: false }),
        accept: async (record) => {
          if (record.topic === 'input-closed') {
            total = (record.body as { sources: number }).sources;
          } else {
            const sequence = `${record.envelope.sourceSequence}`;
            const { name, reason } = record.body as { name: string; reason?: string };
            if (!seen.has(sequence)) appendFileSync(path, `${sequence} ${name} ${reason ?? ''}\n`);
            seen.add(sequence);
          }
          return { outcomes: [], done: total !== null && seen.size >= total };
        },
        close: async () => {},
      };
    },
  });
}
