/** A file of a long sample, read from the pieces that hold it, is the file that the whole has. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TemplateName } from '../../../../schemas/trajectory-text.ts';
import { openOutput, openReader } from '../../../../services/dataset/open-output.ts';
import {
  listSamples,
  type MaskedSegment,
  readSampleIn,
} from '../../../../services/dataset/samples.ts';
import type { ObjectStore } from '../../../../services/runtime/store/objects/object-store.ts';
import { readFilePart } from '../../../../services/ui/reading/sample-parts.ts';
import { byteTokenizerFile, chatmlControls } from '../../../samples/inputs/byte-tokenizer.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
} from '../../../samples/sink-harness.ts';

/** Files of many lengths: some share a piece, some go over several. */
const files = Array.from({ length: 40 }, (_, place) => ({
  path: `file ${place}.txt`,
  text: `line of ${place}\n`.repeat(1 + ((place * 13) % 70)),
  thoughts: [`about ${place}`],
}));

async function makeOutput(harness: Harness) {
  const out = join(harness.folder, 'out');
  mkdirSync(out);
  const record = await harness.trajectory({ name: 'long', files }, 0);
  const writer = await harness.open(out, { knobs: { contextLength: 1024 } });
  await deliver(writer, placeRecords([record, closedRecord(1)]));
  const output = await openOutput(out);
  const [{ id } = { id: '' }] = await listSamples(output);
  return { output, id, reader: await openReader(output) };
}

/** The segments from the head of a file to the next one. */
function segmentsOf(segments: readonly MaskedSegment[], path: string) {
  const from = segments.findIndex((each) => each.kind === 'file' && each.path === path);
  const to = segments.findIndex(({ kind }, place) => place > from && /^(file|done)$/.test(kind));
  return segments.slice(from, to < 0 ? undefined : to);
}

function counting(store: ObjectStore) {
  const read = new Set<string>();
  const counted: ObjectStore = {
    ...store,
    read: (path) => {
      if (path.endsWith('.mds')) read.add(path);
      return store.read(path);
    },
  };
  return { store: counted, read };
}

describe.each<TemplateName>(['tags', 'chat'])('in the template %s', (template) => {
  test('each file has the segments that it has in the whole', async () => {
    const file = byteTokenizerFile(chatmlControls);
    const harness = await createHarness(undefined, { template }, file);
    try {
      const { output, id, reader } = await makeOutput(harness);
      const whole = await readSampleIn(output.store, output.shards, id, reader);
      expect(whole.pieces.length).toBeGreaterThan(20);
      let parts = 0;
      for (const { path } of files) {
        const found = await readFilePart(output.store, output.shards, id, path, reader);
        expect(found.paths).toEqual(files.map((each) => each.path));
        const segments = found.part?.segments ?? [];
        expect(segmentsOf(segments, path)).toEqual(segmentsOf(whole.segments, path));
        if ((found.part?.pieces.length ?? 0) < whole.pieces.length) parts += 1;
      }
      // Where a piece ends amid a turn of a chat, the whole is read.
      if (template === 'tags') expect(parts).toBe(files.length);
      else expect(parts).toBeGreaterThan(0);
      const first = await readFilePart(output.store, output.shards, id, null, reader);
      expect(segmentsOf(first.part?.segments ?? [], 'file 0.txt').length).toBeGreaterThan(1);
      const none = await readFilePart(output.store, output.shards, id, 'nothing', reader);
      expect(none.part).toBeNull();
    } finally {
      harness.remove();
    }
  });
});

test('only the shards on the way to the file are read', async () => {
  const harness = await createHarness();
  try {
    const { output, id, reader } = await makeOutput(harness);
    expect(output.shards.length).toBeGreaterThan(5);
    const { store, read } = counting(output.store);
    await readFilePart(store, output.shards, id, 'file 20.txt', reader);
    expect(read.size).toBeLessThan(output.shards.length);
    // A sample that is not all there has no files yet.
    const some = output.shards.slice(0, -1);
    await expect(readFilePart(store, some, id, null, reader)).rejects.toMatchObject({
      code: 'OUTPUT_MISSING',
    });
  } finally {
    harness.remove();
  }
});
