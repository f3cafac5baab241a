/**
 * A sample whose document is gone: its record is rejected by name, before or after the sink took
 * it, and the output is that of the other samples. A sample that the manifest has begun stays.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../../../../services/dataset/verify/verify.ts';
import type { PipelineError } from '../../../../../services/runtime/errors.ts';
import type { StageRecord } from '../../../../../services/runtime/stage.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  droppedRecord,
  type Harness,
  newOutput,
  outputBytes,
  placeRecords,
  type SinkRecord,
} from '../../../../samples/sink-harness.ts';

const count = 5;
const lost = 2;
let harness: Harness;
let records: SinkRecord[];
let document: string;
let bytes: Buffer;

beforeAll(async () => {
  harness = await createHarness();
  records = [];
  for (let sequence = 0; sequence < count; sequence += 1) {
    const files = [{ path: 'a.txt', text: `line of ${sequence}\n`.repeat(10 + sequence) }];
    records.push(await harness.trajectory({ name: `r${sequence}`, files }, sequence));
  }
  const { sha256 } = (records[lost] as StageRecord<'trajectory'>).body.document;
  document = join(harness.folder, 'blobs', sha256.slice(0, 2), sha256);
  bytes = readFileSync(document);
});
afterAll(() => harness.remove());

async function deliverWith(bounded: boolean, log: SinkRecord[], before: number) {
  writeFileSync(document, bytes);
  const out = newOutput(harness);
  const rejected: { offset: number; code: string; message: string }[] = [];
  const writer = await harness.open(out, {
    bounded,
    reject: async ({ offset }, { code, message }: PipelineError) => {
      rejected.push({ offset, code, message });
    },
  });
  for (const [position, record] of log.entries()) {
    if (position === before) rmSync(document);
    await writer.accept(record as StageRecord);
  }
  await writer.idle?.().catch(() => {});
  await writer.close();
  return { out, rejected };
}

describe('a document that is gone', () => {
  // In a bounded run the first record comes last: the others wait for it.
  const late = () => placeRecords([...records.slice(1), records[0] as SinkRecord]);
  it.each([
    ['before the sink takes its record', () => placeRecords(records), 0],
    ['while it waits for its turn', late, count - 1],
  ])('%s: the rest is as if it had been dropped', async (_when, order, before) => {
    const log = [...order(), closedRecord(count)];
    const { out, rejected } = await deliverWith(true, log, before);
    const { sha256 } = (records[lost] as StageRecord<'trajectory'>).body.document;
    const place = log.find(({ envelope }) => envelope.sourceSequence === lost)?.offset;
    const message = expect.stringContaining(sha256);
    expect(rejected).toMatchObject([{ offset: place, code: 'BLOB_MISSING', message }]);
    const without = records.map((record, at) => (at === lost ? droppedRecord(lost) : record));
    const other = newOutput(harness);
    const writer = await harness.open(other);
    expect(await deliver(writer, placeRecords([...without, closedRecord(count)]))).toBe(true);
    expect(outputBytes(out)).toEqual(outputBytes(other));
    expect(await verifyOutput(out)).toMatchObject({ samples: count - 1, closed: true });
  });

  it('does not stop a live stream either', async () => {
    const { out, rejected } = await deliverWith(false, placeRecords(records), 0);
    expect(rejected).toMatchObject([{ code: 'BLOB_MISSING' }]);
    expect(await verifyOutput(out)).toMatchObject({ samples: count - 1 });
  });
});
