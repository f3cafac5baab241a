/** What is opted out comes out of no reader, and nothing else changes its place. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  applyOptOuts,
  blankNewShards,
  settleNewShards,
} from '../../../../services/dataset/growing/opt-out.ts';
import { readManifest } from '../../../../services/dataset/manifest.ts';
import { openOutput } from '../../../../services/dataset/open-output.ts';
import { parseOptOutList } from '../../../../services/dataset/opt-out/rules.ts';
import { listSamples } from '../../../../services/dataset/samples.ts';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import { openLocalObjects } from '../../../../services/runtime/store/objects/local.ts';
import type { ObjectStore } from '../../../../services/runtime/store/objects/object-store.ts';
import { makeOutput, packsOf } from '../../../samples/export-output.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  newOutput,
  placeRecords,
} from '../../../samples/sink-harness.ts';

let harness: Harness;
let whole: string;

beforeAll(async () => {
  harness = await createHarness();
  ({ out: whole } = await makeOutput(harness, 'whole'));
});
afterAll(() => harness?.remove());

function copy(): string {
  const out = mkdtempSync(join(harness.folder, 'copy-'));
  cpSync(whole, out, { recursive: true });
  return out;
}

function apply(store: ObjectStore, list: string) {
  return applyOptOuts(store, { rules: parseOptOutList(list, 'list'), list: 'a'.repeat(64) });
}

/** Every file below a folder with its content. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true }) as string[];
  const files = names.filter((name) => statSync(join(folder, name)).isFile()).sort();
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'hex')]));
}

async function namesIn(out: string): Promise<string[]> {
  return (await listSamples(await openOutput(out))).map(({ name }) => name).sort();
}

describe('an opt-out', () => {
  test('leaves blanks: every pack keeps its place, length and pieces', async () => {
    const out = copy();
    const before = await packsOf(out);
    const report = await apply(openLocalObjects(out), 'r3\nr7  # two of them\n');
    expect(report).toMatchObject({ rules: 2, samples: 2, generations: 1 });
    const after = await packsOf(out);
    expect(after.map(({ indices }) => indices)).toEqual(before.map(({ indices }) => indices));
    let blanked = 0;
    for (const [position, pack] of after.entries()) {
      for (const [token, id] of pack.inputIds.entries()) {
        if (id === before[position]?.inputIds[token]) continue;
        blanked += 1;
        expect(pack.mask[token]).toBe(0);
      }
    }
    expect(blanked).toBeGreaterThan(100);
    expect(await namesIn(out)).toHaveLength(12);
    expect(await namesIn(out)).not.toContain('r3');
    const { samples, closed } = await verifyOutput(out);
    expect({ samples, closed }).toEqual({ samples: 12, closed: true });
  });

  test('takes the files with the text away, and the index names those that stand in', async () => {
    const out = copy();
    await apply(openLocalObjects(out), 'r3');
    const kept = filesOf(out);
    const marked = Buffer.from('"name":"r3"').toString('hex');
    const holding = Object.entries(kept).filter(
      ([name, hex]) => /^(?:shards|provenance|manifest)/.test(name) && hex.includes(marked),
    );
    expect(holding).toEqual([]);
    const index = JSON.parse(readFileSync(join(out, 'shards/index.json'), 'utf8'));
    for (const { raw_data: file } of index.shards) {
      expect(statSync(join(out, 'shards', file.basename)).size).toBe(file.bytes);
    }
  });

  test('may be applied again, and further ones follow', async () => {
    const out = copy();
    const store = openLocalObjects(out);
    await apply(store, 'r3');
    const once = filesOf(out);
    expect(await apply(store, 'r3')).toMatchObject({ generations: 0 });
    expect(filesOf(out)).toEqual(once);
    await apply(store, 'r3\nr4');
    expect(await namesIn(out)).toHaveLength(12);
    expect((await verifyOutput(out)).samples).toBe(12);
  });

  test('of a path takes the repositories that have it', async () => {
    const out = copy();
    expect(await apply(openLocalObjects(out), 'r1?:*')).toMatchObject({ samples: 4 });
    expect(await namesIn(out)).toHaveLength(10);
  });

  test('of a growing data set holds for what is sealed later', async () => {
    const out = newOutput(harness);
    const records = await Promise.all(
      Array.from({ length: 8 }, async (_, sequence) =>
        harness.trajectory(
          { name: `r${sequence}`, files: [{ path: 'a', text: `text ${sequence}\n`.repeat(40) }] },
          sequence,
        ),
      ),
    );
    const placed = placeRecords([...records, closedRecord(8)]);
    await deliver(await harness.open(out), placed.slice(0, 4));
    await apply(openLocalObjects(out), 'r1\nr6');
    await deliver(await harness.open(out), placed);
    expect(await namesIn(out)).toEqual(['r0', 'r2', 'r3', 'r4', 'r5', 'r7']);
    expect((await verifyOutput(out)).samples).toBe(6);
  });

  test('has new shards looked through once, unless another one comes meanwhile', async () => {
    const store = openLocalObjects(copy());
    await apply(store, 'r3');
    const { entries } = await readManifest(store);
    const originals = entries.flatMap(({ shards }) => shards);
    const read: string[] = [];
    const seeing: ObjectStore = {
      ...store,
      read: (path) => {
        read.push(path);
        return store.read(path);
      },
    };
    const endOfText = entries.at(-1)?.tokenizer.endOfText ?? 0;
    const seen = await blankNewShards(seeing, originals, endOfText);
    const looked = () => read.splice(0).filter((path) => path.startsWith('provenance/'));
    expect(looked().length).toBeGreaterThan(0);
    await settleNewShards(seeing, originals, endOfText, seen);
    expect(looked()).toEqual([]);
    await apply(store, 'r4');
    await settleNewShards(seeing, originals, endOfText, seen);
    expect(looked().length).toBeGreaterThan(0);
  });

  test('that is lost is damage, never a return of what left', async () => {
    const out = copy();
    await apply(openLocalObjects(out), 'r3');
    rmSync(join(out, 'manifest/opt-outs/00000000.json'));
    await expect(openOutput(out)).rejects.toMatchObject({ code: 'MANIFEST_CORRUPT' });
  });
});

/** Dies before the write of this number. */
function dyingStore(out: string, at: number): ObjectStore {
  const store = openLocalObjects(out);
  let writes = 0;
  const counted = <Arguments extends unknown[], Result>(
    write: (...given: Arguments) => Promise<Result>,
  ) => {
    return (...given: Arguments) => {
      writes += 1;
      if (writes > at) throw new Error('killed');
      return write(...given);
    };
  };
  return {
    ...store,
    create: counted(store.create.bind(store)),
    replace: counted(store.replace.bind(store)),
    remove: counted(store.remove.bind(store)),
  };
}

test('whoever is killed at any write leaves an output that is whole, and repeats the call', async () => {
  const right = copy();
  await apply(openLocalObjects(right), 'r3');
  for (let at = 0; ; at += 1) {
    const out = copy();
    const died = await apply(dyingStore(out, at), 'r3').then(
      () => false,
      (error: Error) => error.message === 'killed',
    );
    // Before the generation all of it is there, after it nothing of what left.
    expect([13, 14]).toContain((await namesIn(out)).length);
    await apply(openLocalObjects(out), 'r3');
    expect(filesOf(out)).toEqual(filesOf(right));
    if (!died) break;
    expect(at).toBeLessThan(40);
  }
});
