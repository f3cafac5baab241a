/** Runs the real graph, with every real stage, in one simulated process that may die. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Teacher } from '../../services/ports/teacher.ts';
import { type RunSummary, sections, stages } from '../../services/registry.ts';
import { systemClock } from '../../services/runtime/clock.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';
import { type EmbeddedOptions, runEmbedded } from '../../services/runtime/embedded/embedded.ts';
import { ProcessDeath } from '../../services/runtime/stage.ts';
import { openScorer } from '../../services/scorer/open.ts';
import { openTeacher } from '../../services/teacher/open.ts';
import { byteTokenizerFile } from '../samples/inputs/byte-tokenizer.ts';
import { die, faultyBus, type Life } from './faulty-bus.ts';
import type { SeededRandom } from './random.ts';

export interface GraphRun {
  readonly outputFolder: string;
  readonly sources: readonly string[];
  readonly tokenizer: string;
  readonly sets?: readonly string[];
}

/**
 * Small contexts and shards, so that small repositories fill several packs and shards; a byte per
 * token, because loading a real vocabulary would take most of a process's life.
 */
export const smallOutput = [
  'sink.contextLength=2048',
  'sink.shardBytesMax=40000',
  'search.iterations=1',
];

/** Writes the vocabulary that `runGraph` uses beside the outputs; returns its path. */
export function writeByteTokenizer(folder: string): string {
  const path = join(folder, 'tokenizer.json');
  writeFileSync(path, byteTokenizerFile());
  return path;
}

export async function runGraph(
  graph: GraphRun,
  faults?: EmbeddedOptions['faults'],
): Promise<RunSummary> {
  return runConfigured({
    outputFolder: graph.outputFolder,
    sets: [...smallOutput, ...(graph.sets ?? [])],
    flags: { 'discover.sources': [...graph.sources], 'sink.tokenizer': graph.tokenizer },
    ...(faults === undefined ? {} : { faults }),
  });
}

export interface ConfiguredRun {
  readonly outputFolder: string;
  readonly sets: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly faults?: NonNullable<EmbeddedOptions['faults']>;
  /** What the run asks in place of the configured teacher. */
  readonly change?: (teacher: Teacher) => Teacher;
}

/** Runs all stages with the teacher and the scorer that the knobs name. */
export async function runConfigured(run: ConfiguredRun): Promise<RunSummary> {
  const { outputFolder, sets, flags, faults, change = (teacher) => teacher } = run;
  const { values, hash, inputHash } = resolveConfiguration(sections, {
    ...noSources,
    sets: [...sets],
    flags,
  });
  const teacher = change(await openTeacher(values.teacher, { apiKey: undefined }, systemClock));
  const scorer = values.search.enabled ? await openScorer(values.scorer, {}) : null;
  try {
    return await runEmbedded({
      outputFolder,
      configuration: values,
      configurationHash: hash,
      inputHash,
      stages,
      teacher,
      scorer,
      ...(faults === undefined ? {} : { faults }),
    });
  } finally {
    await scorer?.close();
  }
}

const produceFaults = { duplicateShare: 0.2, partialShare: 0.1, delayShare: 0.3 };

/**
 * Processes live short at first and then longer, and broken calls become rare, so that every run
 * ends.
 */
const livesMax = 60;
const livesWithBreaks = 20;

/** Runs until done despite deaths, duplicates and reorderings; returns how many deaths occurred. */
export async function runGraphWithFaults(graph: GraphRun, random: SeededRandom): Promise<number> {
  for (let deaths = 0; deaths < livesMax; deaths += 1) {
    const life: Life = { dead: false };
    let stepsLeft = random.below(20) + deaths * 3 + Math.floor(deaths ** 2 / 4);
    const partialShare = produceFaults.partialShare * Math.max(0, 1 - deaths / livesWithBreaks);
    try {
      await runGraph(graph, {
        crashPoint: () => {
          if (life.dead || stepsLeft === 0) die(life);
          stepsLeft -= 1;
        },
        bus: (bus) => faultyBus(bus, random, { ...produceFaults, partialShare }, life),
      });
      return deaths;
    } catch (error) {
      if (!(error instanceof ProcessDeath)) throw error;
    }
  }
  throw new Error(`not done after ${livesMax} lives`);
}
