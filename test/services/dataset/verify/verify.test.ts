/**
 * Verification finds every kind of damage and names its place, even if all hashes were made to fit.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManifestEntry, ProvenanceLine } from '../../../../schemas/manifest.ts';
import { decodeShard, encodeSample, encodeShard, type Pack } from '../../../../schemas/mds.ts';
import { entryPath, headPath, shardIndex } from '../../../../services/dataset/manifest.ts';
import { verifyOutput } from '../../../../services/dataset/verify/verify.ts';
import { canonicalJson, sha256 } from '../../../../services/runtime/ids.ts';
import { changedFields } from '../../../samples/changed-fields.ts';
import {
  bindEntry,
  firstLine,
  growingOutput,
  runFile,
  setHead,
} from '../../../samples/manifest-head.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
} from '../../../samples/sink-harness.ts';

let harness: Harness;
let good: string;
let copies = 0;

beforeAll(async () => {
  harness = await createHarness();
  good = join(harness.folder, 'good');
  mkdirSync(good);
  writeFileSync(join(good, 'run.json'), `${JSON.stringify(runFile, null, 2)}\n`);
  const repository = {
    name: 'tiny',
    files: [
      { path: 'a.txt', text: 'one\ntwo\nthree\n' },
      { path: 'b.txt', text: 'four\n'.repeat(200), reads: [['a.txt', 2, 3] as const] },
    ],
  };
  const records = [await harness.trajectory(repository, 0), closedRecord(1)];
  await deliver(
    await harness.open(good, { knobs: { shardBytesMax: 2 ** 20 } }),
    placeRecords(records),
  );
});

afterAll(() => harness.remove());

function copy(): string {
  copies += 1;
  const out = join(harness.folder, `copy-${copies}`);
  cpSync(good, out, { recursive: true });
  return out;
}

interface Parts {
  packs: Pack[];
  lines: ProvenanceLine[];
}

/** Changes the only shard and its provenance, then makes every hash and count fit again. */
function forge(change: (parts: Parts) => void): string {
  const out = copy();
  const entryPath = join(out, 'manifest/00000000.json');
  const entry = JSON.parse(readFileSync(entryPath, 'utf8')) as ManifestEntry;
  const shard = entry.shards[0];
  if (shard === undefined) throw new Error('no shard');
  const provenance = readFileSync(join(out, shard.provenance.path), 'utf8');
  const parts = {
    packs: decodeShard(readFileSync(join(out, shard.path))),
    lines: provenance
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ProvenanceLine),
  };
  change(parts);
  const bytes = encodeShard(parts.packs.map(encodeSample));
  const text = parts.lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(out, shard.path), bytes);
  writeFileSync(join(out, shard.provenance.path), text);
  Object.assign(shard, { bytes: bytes.byteLength, sha256: sha256(bytes) });
  Object.assign(shard.provenance, { bytes: Buffer.byteLength(text), sha256: sha256(text) });
  shard.tokens = parts.packs.reduce((sum, pack) => sum + pack.inputIds.length, 0);
  shard.trainedTokens = parts.packs.reduce(
    (sum, pack) => sum + pack.mask.filter(Boolean).length,
    0,
  );
  writeFileSync(entryPath, `${canonicalJson(entry)}\n`);
  writeFileSync(join(out, 'shards/index.json'), shardIndex([entry]));
  bindEntry(out);
  return out;
}

/** A piece's tokens and mask in its pack, without the prefix, and the prefix's mask. */
function piece({ packs, lines }: Parts, number: number) {
  const line = lines.find((candidate) => candidate.piece === number);
  const pack = packs[line?.pack ?? -1];
  if (line === undefined || pack === undefined) throw new Error(`no piece ${number}`);
  const [start, end] = line.tokens;
  const own = start + line.prefixTokens;
  return {
    inputIds: pack.inputIds.subarray(own, end),
    mask: pack.mask.subarray(own, end),
    prefixMask: pack.mask.subarray(start, own),
  };
}

/** Replaces text of the document (same length) in the tokens and makes the document's hash fit. */
function forgeText(from: string, to: string): string {
  return forge((parts) => {
    const pieces = parts.lines.map((_, number) => piece(parts, number).inputIds);
    const text = Buffer.concat(pieces.map((ids) => Buffer.from(ids.map((id) => id & 0xff))));
    const at = text.indexOf(from);
    if (at < 0) throw new Error(`the document has no ${from}`);
    text.set(Buffer.from(to), at);
    let cursor = 0;
    for (const ids of pieces) {
      for (const [position, id] of ids.entries()) {
        if (id < 256) ids[position] = text[cursor + position] ?? 0;
      }
      cursor += ids.length;
    }
    const document = text.subarray(0, -1);
    const hash = { sha256: sha256(document), bytes: document.byteLength };
    for (const line of parts.lines) line.document = hash;
  });
}

const failure = (out: string) =>
  verifyOutput(out).then(
    () => 'no difference found',
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  );

describe('verifyOutput', () => {
  it('accepts an output of the sink, and a copy of it', async () => {
    const seen: number[] = [];
    const report = await verifyOutput(copy(), ({ shards }) => seen.push(shards));
    expect(report).toMatchObject({ samples: 1, files: 2, shards: 1, entries: 1, closed: true });
    expect(report.packs).toBeGreaterThan(1);
    expect(report.paddingShare).toBeGreaterThan(0);
    expect(seen).toEqual([1]);
    expect(await failure(forge(() => {}))).toBe('no difference found');
  });

  it('fails with OUTPUT_MISSING for a folder without a manifest', async () => {
    expect(await failure(harness.folder)).toMatch(/^OUTPUT_MISSING/);
  });

  it('finds a changed byte in every file, and a missing file', async () => {
    for (const folder of ['manifest', 'shards', 'provenance', 'tokenizer']) {
      for (const name of readdirSync(join(good, folder))) {
        const out = copy();
        const path = join(out, folder, name);
        const bytes = readFileSync(path);
        bytes[bytes.byteLength >> 1] = (bytes[bytes.byteLength >> 1] ?? 0) ^ 1;
        writeFileSync(path, bytes);
        expect(await failure(out), `${folder}/${name}`).toMatch(/^VERIFY_FAILED /);
        rmSync(path);
        expect(await failure(out), `${folder}/${name}`).toMatch(/^(VERIFY_FAILED|OUTPUT_MISSING) /);
      }
    }
  });

  it('names a file beside a closed data set that no entry names', async () => {
    for (const path of [
      'shards/shard.00009.mds',
      'provenance/x.jsonl',
      'manifest/note',
      'tokenizer/b',
    ]) {
      const out = copy();
      writeFileSync(join(out, path), 'half');
      expect(await failure(out)).toMatch(new RegExp(`^VERIFY_FAILED ${path}: no entry`));
    }
  });

  it('names what a copy without its log and blobs lacks, and accepts it', async () => {
    const out = copy();
    const whole = await verifyOutput(out);
    expect(whole.absent).toEqual([
      expect.stringContaining('blobs/'),
      expect.stringContaining('log/'),
    ]);
    expect(whole.head).toBe(sha256(readFileSync(join(out, 'manifest/00000000.json'))));
  });

  it('names a stored document that is damaged or missing beside others', async () => {
    const out = copy();
    const document = firstLine(out).document;
    const path = `blobs/${document.sha256.slice(0, 2)}/${document.sha256}`;
    const text = readFileSync(join(harness.folder, path));
    mkdirSync(join(out, path, '..'), { recursive: true });
    writeFileSync(join(out, path), text);
    expect((await verifyOutput(out)).absent).toEqual([expect.stringContaining('log/')]);
    writeFileSync(join(out, path), Buffer.concat([text, Buffer.from('x')]));
    expect(await failure(out)).toContain(`VERIFY_FAILED ${path}: it does not match`);
    rmSync(join(out, path));
    const other = sha256('other');
    mkdirSync(join(out, 'blobs', other.slice(0, 2)));
    writeFileSync(join(out, 'blobs', other.slice(0, 2), other), 'other');
    expect(await failure(out)).toContain(`VERIFY_FAILED ${path}: it is missing, and provenance/`);
  });

  it('sees any one field that changes in any file, and names the file', async () => {
    const files = ['manifest/00000000.json', headPath, 'run.json', 'shards/index.json'];
    for (const path of [...files, 'provenance/shard.00000.jsonl']) {
      const lines = readFileSync(join(good, path), 'utf8').trimEnd();
      const parts = path.endsWith('.jsonl') ? lines.split('\n') : [lines];
      for (const [part, text] of parts.entries()) {
        for (const [field, changed] of changedFields(JSON.parse(text))) {
          const out = copy();
          const forged = parts.with(part, JSON.stringify(changed)).join('\n');
          writeFileSync(join(out, path), `${forged}\n`);
          const found = await failure(out);
          expect(found, `${path} ${field}`).toMatch(/^VERIFY_FAILED /);
          expect(found, `${path} ${field}`).toContain(path);
          rmSync(out, { recursive: true });
        }
      }
    }
  });

  it('sees a file that names the run deleted, also if the head is', async () => {
    const out = copy();
    rmSync(join(out, 'run.json'));
    expect(await failure(out)).toMatch(/^VERIFY_FAILED run\.json: it is missing/);
    rmSync(join(out, headPath));
    expect(await failure(out)).toMatch(/^VERIFY_FAILED manifest\/head\.json: it is missing/);
  });

  it('accepts an entry that a killed writer has not bound, while the data set grows', async () => {
    const { out, entries } = await growingOutput(harness);
    expect((await verifyOutput(out)).absent.join()).not.toContain(headPath);
    setHead(out, entries - 2);
    expect((await verifyOutput(out)).absent.join()).toContain(
      `${entryPath(entries - 1)} is not held`,
    );
    setHead(out, entries - 3);
    expect(await failure(out)).toMatch(/^VERIFY_FAILED manifest\/head\.json: it is older than/);
  });

  it('says in which pack a changed token is, though the document ends in another', async () => {
    const { packs } = await verifyOutput(good);
    expect(packs).toBeGreaterThan(2);
    const forged = forge((parts) => {
      parts.packs[1]?.inputIds.set([70], 30);
    });
    expect(await failure(forged)).toMatch(/^VERIFY_FAILED shards\/shard\.00000\.mds: pack 1: /);
    const out = copy();
    const path = join(out, 'shards/shard.00000.mds');
    const bytes = readFileSync(path);
    const parts = decodeShard(bytes);
    parts[1]?.mask.set([1 - (parts[1].mask[40] ?? 0)], 40);
    writeFileSync(path, encodeShard(parts.map(encodeSample)));
    expect(await failure(out)).toMatch(/^VERIFY_FAILED shards\/shard\.00000\.mds: pack 1: .*hash/);
  });

  const forgeries: [what: string, forged: () => string, message: RegExp][] = [
    [
      'I1: a changed file',
      () => forgeText('three\n@@@ file', 'thrEe\n@@@ file'),
      /a\.txt is not the admitted file|what it observes/,
    ],
    [
      'I3: a changed observation',
      () => forgeText('two\nthree\n@@@ think', 'twO\nthree\n@@@ think'),
      /what it observes of a\.txt/,
    ],
    [
      'I3: an observation of other lines than its read',
      () => forgeText('observe "a.txt" 2-3', 'observe "a.txt" 1-3'),
      /does not repeat its read/,
    ],
    [
      'an unknown segment header',
      () => forgeText('@@@ think\n', '@@@ wrong\n'),
      /not a segment header/,
    ],
    [
      'the name of another repository',
      () => forgeText('backstory "tiny"', 'backstory "tinY"'),
      /names another repository|does not begin/,
    ],
    [
      'I2: a trained prompt token',
      () => forge((parts) => piece(parts, 0).mask.fill(1, 3, 4)),
      /token 3 \(backstory\) has the wrong mask/,
    ],
    [
      'I2: an untrained token of a thought',
      () =>
        forge((parts) => {
          const { mask } = piece(parts, 0);
          mask[mask.indexOf(1)] = 0;
        }),
      /\(requirements\) has the wrong mask/,
    ],
    [
      'I2: a mask that stands for no missing thought',
      () =>
        forge(({ lines }) => {
          const first = lines.find((line) => line.piece === 0);
          Object.assign(first ?? {}, { masked: [first?.files?.[0]?.path] });
        }),
      /may not be masked/,
    ],
    [
      'a thought that is there and said to be missing',
      () =>
        forge(({ lines }) => {
          const first = lines.find((line) => line.piece === 0);
          const path = first?.files?.[0]?.path ?? null;
          Object.assign(first ?? {}, { lacks: [{ what: 'thought', path, reason: 'none' }] });
        }),
      /has no thought, or one that it says it lacks/,
    ],
    [
      'I2: a control token inside the text',
      () => forge((parts) => piece(parts, 0).inputIds.fill(257, 40, 41)),
      /token 40 is not text/,
    ],
    [
      'a trained prefix',
      () => forge((parts) => piece(parts, 1).prefixMask.fill(1, 0, 1)),
      /the repeated start of piece 1 is trained/,
    ],
    [
      'a missing end of text',
      () =>
        forge((parts) => {
          const { inputIds } = piece(parts, parts.lines.length - 1);
          inputIds[inputIds.length - 1] = 10;
        }),
      /does not end with the end-of-text token/,
    ],
    [
      'I6: another id',
      () =>
        forge(({ lines }) =>
          lines.forEach((line) => {
            line.parentId = 'x';
          }),
        ),
      /does not follow from its origin/,
    ],
    [
      'a file that was not written',
      () =>
        forge(({ lines }) => {
          const first = lines.find((line) => line.files !== null);
          first?.files?.push({ path: 'c', bytes: 0, sha256: sha256('') });
        }),
      /file 2 is not c/,
    ],
    [
      'a missing file claim',
      () =>
        forge(({ lines }) => {
          lines.find((line) => line.files !== null)?.files?.pop();
        }),
      /writes a file that was not admitted/,
    ],
    [
      'pieces in other places than the provenance says',
      () =>
        forge(({ lines }) => {
          for (const line of lines) line.tokens[1] += 1;
        }),
      /lies elsewhere/,
    ],
    [
      'a missing provenance line',
      () =>
        forge(({ lines }) => {
          lines.pop();
        }),
      /does not tell every piece/,
    ],
    [
      'a pack of another data set',
      () =>
        forge(({ packs }) => {
          packs[0] = { ...(packs[0] as Pack), domain: 'x' };
        }),
      /another data set/,
    ],
  ];
  it.each(forgeries)('finds %s although every hash fits', async (_what, forged, message) => {
    const found = await failure(forged());
    expect(found).toMatch(/^VERIFY_FAILED shards\/shard\.00000\.mds: /);
    expect(found).toMatch(message);
  });
});
