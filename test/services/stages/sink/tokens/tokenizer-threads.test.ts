/** Encoding in threads: the same tokens and bytes as without, and failures with a code. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../../../../services/dataset/verify/verify.ts';
import { openLocalObjects } from '../../../../../services/runtime/store/objects/local.ts';
import { openSinkWriter } from '../../../../../services/stages/sink/commit/writer.ts';
import { openTokenizer } from '../../../../../services/stages/sink/tokens/tokenizer.ts';
import { openTokenizerThreads } from '../../../../../services/stages/sink/tokens/tokenizer-threads.ts';
import { byteTokenizerFile } from '../../../../samples/inputs/byte-tokenizer.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  droppedRecord,
  type Harness,
  outputBytes,
  placeRecords,
  rejectNothing,
  type SinkRecord,
} from '../../../../samples/sink-harness.ts';

const data = { file: byteTokenizerFile(), endOfText: '', name: 'bytes' };

/** A vocabulary that only the library reads, and that loses every z. */
function losingFile(): string {
  const file = JSON.parse(byteTokenizerFile());
  const split = { type: 'Split', pattern: { Regex: 'z' }, behavior: 'Removed', invert: false };
  file.pre_tokenizer = { type: 'Sequence', pretokenizers: [split, file.pre_tokenizer] };
  return JSON.stringify(file);
}

describe('threads', () => {
  it('answer each call with its own tokens, more calls than threads', async () => {
    const threads = openTokenizerThreads(data, 3);
    const calls = Array.from({ length: 20 }, (_, call) => [`${call}`, '', '\u00e9'.repeat(call)]);
    const answers = await Promise.all(calls.map(threads.encode));
    expect(answers).toEqual(
      calls.map((texts) => texts.map((text) => Uint32Array.from(Buffer.from(text)))),
    );
    await threads.close();
  });

  it('pass on what is wrong with a text, and go on', async () => {
    const threads = openTokenizerThreads({ ...data, file: losingFile() }, 1);
    const bad = threads.encode(['a z']);
    await expect(bad).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED', subject: 'bytes' });
    await expect(bad).rejects.toThrow('do not give the text back');
    expect(await threads.encode(['a'])).toEqual([Uint32Array.of(97)]);
    await threads.close();
  });

  it('TOKENIZER_CRASHED for every call when one dies', async () => {
    const threads = openTokenizerThreads({ ...data, file: '{' }, 2);
    const calls = [threads.encode(['a']), threads.encode(['b']), threads.encode(['c'])];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'TOKENIZER_CRASHED' } });
    }
    await expect(threads.encode(['d'])).rejects.toMatchObject({ code: 'TOKENIZER_CRASHED' });
    await threads.close();
  });

  it('closed, they encode nothing more', async () => {
    const threads = openTokenizerThreads(data, 1);
    const under = threads.encode(['a'.repeat(1_000_000)]);
    const waiting = threads.encode(['b']);
    const ended = Promise.allSettled([under, waiting]);
    await threads.close();
    for (const call of await ended) expect(call.status).toBe('rejected');
    await expect(threads.encode(['c'])).rejects.toThrow('closed');
  });
});

describe('a sink with threads', () => {
  let harness: Harness;
  let records: SinkRecord[];
  let reference: Record<string, string>;
  let outputs = 0;

  function newOutput(): string {
    outputs += 1;
    const out = join(harness.folder, `out-${outputs}`);
    mkdirSync(out);
    return out;
  }

  async function open(out: string, tokenizerThreads: number, bounded = true) {
    const path = join(harness.folder, 'bytes.json');
    const tokenizer = await openTokenizer(path, '', { tokenizerThreads });
    const tools = harness.tools(out, { bounded, knobs: { tokenizerThreads } });
    return openSinkWriter(
      tools,
      openLocalObjects(out, () => {}),
      tokenizer,
      rejectNothing,
    );
  }

  beforeAll(async () => {
    harness = await createHarness();
    records = [];
    for (let sequence = 0; sequence < 12; sequence += 1) {
      const text = `line ${sequence} \u00e9\n`.repeat(1 + ((sequence * 7) % 30));
      const repository = { name: `r${sequence}`, files: [{ path: 'a', text }] };
      records.push(
        sequence === 5 ? droppedRecord(sequence) : await harness.trajectory(repository, sequence),
      );
    }
    const out = newOutput();
    const log = placeRecords([...records, closedRecord(12)]);
    expect(await deliver(await open(out, 0), log)).toBe(true);
    reference = outputBytes(out);
  });
  afterAll(() => harness.remove());

  it('I6: writes the same bytes, however many they are and in whatever order records come', async () => {
    const orders = fc.shuffledSubarray([...records.keys(), 12], { minLength: 13 });
    await fc.assert(
      fc.asyncProperty(orders, fc.constantFrom(1, 3, 20), async (order, threads) => {
        const all = [...records, closedRecord(12)];
        const log = placeRecords(order.map((index) => all[index] as SinkRecord));
        const out = newOutput();
        const writer = await open(out, threads);
        expect(await deliver(writer, log)).toBe(true);
        await writer.close();
        expect(outputBytes(out)).toEqual(reference);
      }),
      { numRuns: 6 },
    );
  });

  it('a live stream packs what waits for more when it is quiet', async () => {
    const out = newOutput();
    const writer = await open(out, 4, false);
    for (const record of placeRecords(records.slice(0, 3))) await writer.accept(record as never);
    await writer.idle?.();
    await writer.close();
    expect(await verifyOutput(out)).toMatchObject({ samples: 3, closed: false });
  });

  it('I5: stopped with samples under way or by a dead thread, it goes on to the same bytes', async () => {
    const out = newOutput();
    const log = placeRecords([...records, closedRecord(12)]);
    const stopped = await open(out, 3);
    for (const record of log.slice(0, 7)) await stopped.accept(record as never);
    await stopped.close();
    const dead = openTokenizerThreads({ ...data, file: '{' }, 1);
    const tools = harness.tools(out, { knobs: { tokenizerThreads: 1 } });
    const { encode, close } = dead;
    const tokenizer = { ...harness.tokenizer, encode, close };
    const store = openLocalObjects(out, () => {});
    const failing = await openSinkWriter(tools, store, tokenizer, rejectNothing).catch(
      (error) => error,
    );
    const failed = failing instanceof Error ? failing : deliver(failing, log);
    if (failed instanceof Error) expect(failed).toMatchObject({ code: 'TOKENIZER_CRASHED' });
    else await expect(failed).rejects.toMatchObject({ code: 'TOKENIZER_CRASHED' });
    await close();
    const writer = await open(out, 2);
    expect(await deliver(writer, log)).toBe(true);
    await writer.close();
    expect(outputBytes(out)).toEqual(reference);
    expect(readFileSync(join(out, 'shards/index.json'))).toBeTruthy();
  });
});
