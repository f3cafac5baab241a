/** Outputs whose manifest has a head that is right, made to fit, or behind. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ManifestHead, ProvenanceLine } from '../../schemas/manifest.ts';
import { entryPath, headPath } from '../../services/dataset/manifest.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { canonicalJson, sha256 } from '../../services/runtime/ids.ts';
import { type Harness, newOutput, placeRecords } from './sink-harness.ts';

/** Makes the head of the manifest fit its last entry. */
export function bindEntry(out: string): void {
  const path = join(out, headPath);
  const head = JSON.parse(readFileSync(path, 'utf8')) as ManifestHead;
  const last = readFileSync(join(out, entryPath(head.entry)));
  writeFileSync(path, `${canonicalJson({ ...head, sha256: sha256(last) })}\n`);
}

/** An output of a live stream with several entries. */
export async function growingOutput(harness: Harness): Promise<{ out: string; entries: number }> {
  const out = newOutput(harness);
  const options = { bounded: false, knobs: { shardBytesMax: 4096, openPacksMax: 1 } };
  const writer = await harness.open(out, options);
  const records = [];
  for (let sequence = 0; sequence < 6; sequence += 1) {
    const files = [{ path: 'a.txt', text: `line of ${sequence}\n`.repeat(60) }];
    records.push(await harness.trajectory({ name: `grows-${sequence}`, files }, sequence));
  }
  for (const record of placeRecords(records)) {
    await writer.accept(record);
    await writer.idle?.();
  }
  const { entries } = await verifyOutput(out);
  expect(entries).toBeGreaterThan(2);
  return { out, entries };
}

export function setHead(out: string, entry: number): void {
  const head: ManifestHead = JSON.parse(readFileSync(join(out, headPath), 'utf8'));
  writeFileSync(join(out, headPath), `${canonicalJson({ ...head, entry })}\n`);
  bindEntry(out);
}

/** As an embedded run writes it. */
export const runFile = {
  format: 1,
  runId: 'run',
  configurationHash: 'c'.repeat(64),
  inputHash: 'd'.repeat(64),
  dataset: 'default',
  seed: 0,
  teacher: { name: 'grounded', version: '1', model: null, languageModel: false },
  scorer: null,
};

/** The first line of the first provenance file. */
export function firstLine(out: string): ProvenanceLine {
  const text = readFileSync(join(out, 'provenance/shard.00000.jsonl'), 'utf8');
  return JSON.parse(text.slice(0, text.indexOf('\n'))) as ProvenanceLine;
}
