/**
 * An output of the real sink with everything that exports must get right: several shards, pieces
 * cut across packs, characters of several bytes; and beside it what our own reader sees in it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointEntries } from '../../schemas/checkpoint.ts';
import { decodeShard, type Pack } from '../../schemas/mds.ts';
import { renderTrajectory } from '../../schemas/trajectory-text.ts';
import { openOutput } from '../../services/dataset/open-output.ts';
import { listSamples, readSample } from '../../services/dataset/samples.ts';
import {
  closedRecord,
  deliver,
  type Harness,
  placeRecords,
  type SinkRecord,
} from './sink-harness.ts';

export interface ExportSample {
  readonly out: string;
  readonly packs: readonly Pack[];
}

export interface SampleOptions {
  readonly repositories?: number;
  /** Without it the output still grows. */
  readonly closed?: boolean;
  /** How many entries a checkpoint covers. */
  readonly span?: number;
  readonly contextLength?: number;
  /** Lines of the file of a repository. */
  readonly lines?: (sequence: number) => number;
}

export async function makeOutput(
  harness: Harness,
  name: string,
  options: SampleOptions = {},
): Promise<ExportSample> {
  const { repositories = 14, closed = true, span = checkpointEntries } = options;
  const { contextLength = 512, lines = (sequence) => 5 + ((sequence * 11) % 40) } = options;
  const out = join(harness.folder, name);
  mkdirSync(out);
  const records: SinkRecord[] = [];
  for (let sequence = 0; sequence < repositories; sequence += 1) {
    const text = `text ${sequence} \u00e4 \u{1f600}\n`.repeat(lines(sequence));
    const repository = { name: `r${sequence}`, files: [{ path: 'a', text }] };
    records.push(await harness.trajectory(repository, sequence));
  }
  const log = closed ? [...records, closedRecord(repositories)] : records;
  await deliver(await harness.open(out, { span, knobs: { contextLength } }), placeRecords(log));
  return { out, packs: await packsOf(out) };
}

export async function packsOf(out: string): Promise<Pack[]> {
  const { shards, store } = await openOutput(out);
  const packs: Pack[] = [];
  for (const shard of shards) {
    packs.push(...decodeShard((await store.read(shard.path)) ?? Buffer.alloc(0)));
  }
  return packs;
}

/** Text that is trained or not, run after run, as the segments of a document tell it. */
async function expectedDocuments(out: string) {
  const output = await openOutput(out);
  const documents = [];
  for (const { id, name } of await listSamples(output)) {
    const { segments } = await readSample(output, id);
    const runs: { trained: boolean; text: string }[] = [];
    for (const [position, { text }] of renderTrajectory(segments).entries()) {
      const trained = segments[position]?.trained === true;
      const last = runs.at(-1);
      if (last?.trained === trained) last.text += text;
      else runs.push({ trained, text });
    }
    documents.push({ id, name, runs });
  }
  return documents;
}

/** Writes what Python compares with, and gives its path. */
export async function writeExpected({ out, packs }: ExportSample, path: string): Promise<void> {
  const { head } = await openOutput(out);
  const expected = {
    contextLength: head.contextLength,
    endOfText: head.tokenizer.endOfText,
    packs: packs.map(({ inputIds, mask, indices }) => ({
      inputIds: [...inputIds],
      mask: [...mask],
      indices,
    })),
    documents: await expectedDocuments(out),
  };
  writeFileSync(path, JSON.stringify(expected));
}
