/**
 * What admission makes of similar files: the earlier one stands for the later one only if it may be
 * used itself, whichever is admitted first (I6, I8).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NearDuplicates } from '../../../../../schemas/generated/types.ts';
import { sha256 } from '../../../../../services/runtime/ids.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../../services/runtime/store/blobs.ts';
import { admitArchive } from '../../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../../services/stages/admit/config.ts';
import { noFacts } from '../../../../../services/stages/admit/gate.ts';
import { gates } from '../../../../../services/stages/admit/gates.ts';
import { openEarlier } from '../../../../../services/stages/admit/near-duplicates/earlier.ts';
import { tgz } from '../hostile-archives.ts';

let folder: string;
let blobs: BlobStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earlier-'));
  blobs = await openLocalBlobStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mit = { name: 'r/package.json', body: '{"license": "MIT"}\n' };
const gpl = { name: 'r/package.json', body: '{"license": "GPL-3.0-only"}\n' };
const notice = { name: 'r/NOTICE', body: 'This product includes what Ann wrote.\n' };
const key = ['ghp', 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo'].join('_');
const code = { name: 'r/a.js', body: `const token = "${key}";\n` };
const changed = { name: 'r/b.js', body: `const token = "${key}"; // changed\n` };

type Files = readonly { readonly name: string; readonly body: string }[];

async function earlier(name: string, files: Files) {
  const archive = await blobs.put(tgz(files));
  return { name, origin: `${name}.tgz`, archive, format: 'tgz' as const, hosted: null };
}

/** That `changed` is like `code` in each of the repositories. */
function similarTo(
  repositories: NearDuplicates['repositories'],
  level: 'file' | 'repository' = 'file',
): NearDuplicates {
  const hash = sha256(Buffer.from(code.body));
  const earlier = repositories.map((_, repository) => ({
    repository,
    sha256: hash,
    similarity: 0.9,
  }));
  const similar = [{ sha256: sha256(Buffer.from(changed.body)), earlier }];
  return { level, sketches: null, repositories, similar };
}

async function admitted(near: NearDuplicates, knobs: object = {}) {
  const config = admitKnobs.parse(knobs);
  const duplicates = await openEarlier({ blobs, config, facts: noFacts }).duplicatesOf(near);
  const archive = tgz([mit, notice, changed, { name: 'r/c.js', body: 'let c;\n' }]);
  const repository = { name: 'r', origin: 'r.tgz', format: 'tgz' as const, archive };
  const { files, skipped } = await admitArchive(repository, config, gates, {
    ...noFacts,
    duplicates,
  });
  return { paths: files.map(({ path }) => path), skipped };
}

describe('a file like an earlier one', () => {
  test('is left out, and named with the one that it duplicates', async () => {
    const near = similarTo([await earlier('first', [mit, code])]);
    expect(await admitted(near)).toEqual({
      paths: ['NOTICE', 'c.js', 'package.json'],
      skipped: [{ path: 'b.js', reason: 'near-duplicate', detail: 'first: a.js' }],
    });
  });

  test('stays where the earlier one may not be used itself, or the next one stands for it', async () => {
    const near = similarTo([await earlier('refused', [gpl, code])]);
    const knobs = { licences: 'permissive' };
    expect((await admitted(near, knobs)).paths).toContain('b.js');
    expect((await admitted(near)).skipped).toHaveLength(1);
    const both = similarTo([...near.repositories, await earlier('second', [mit, code])]);
    expect((await admitted(both, knobs)).skipped).toMatchObject([{ detail: 'second: a.js' }]);
    const secret = { secrets: 'refuse-file' };
    expect((await admitted(both, secret)).skipped).toEqual([{ path: 'b.js', reason: 'secret' }]);
  });

  test('stays where the earlier one is opted out, by the name that it has or had on its host', async () => {
    const hosted = { host: 'github.com', id: '7', name: 'new/name', licence: null, fork: false };
    const first = { ...(await earlier('name', [mit, code])), origin: 'github:old/name', hosted };
    for (const rule of ['new/name', 'old/name', 'new/*:a.js']) {
      expect((await admitted(similarTo([first]), { optOut: [rule] })).skipped).toEqual([]);
    }
    expect((await admitted(similarTo([first]), { optOut: ['third/name'] })).skipped).toHaveLength(
      1,
    );
  });

  test('stays where the host names a licence that is refused', async () => {
    const hosted = { host: 'github.com', id: '7', name: 'a/b', licence: 'GPL-3.0', fork: false };
    const first = { ...(await earlier('b', [mit, code])), hosted };
    expect((await admitted(similarTo([first]), { licences: 'permissive' })).skipped).toEqual([]);
  });

  test('is asked about once, though several ask at once', async () => {
    const near = similarTo([await earlier('first', [mit, code])]);
    let reads = 0;
    const counting = {
      ...blobs,
      get: (reference: Parameters<BlobStore['get']>[0]) => {
        reads += 1;
        return blobs.get(reference);
      },
    };
    const { duplicatesOf } = openEarlier({
      blobs: counting,
      config: admitKnobs.parse({}),
      facts: noFacts,
    });
    await Promise.all([duplicatesOf(near), duplicatesOf(near)]);
    await duplicatesOf(near);
    expect(reads).toBe(1);
  });

  test('stays where the earlier source cannot be read', async () => {
    const lost = {
      ...(await earlier('lost', [mit, code])),
      archive: { sha256: 'f'.repeat(64), bytes: 9 },
    };
    const damaged = {
      ...(await earlier('x', [])),
      archive: await blobs.put(Buffer.from('no tar')),
    };
    expect((await admitted(similarTo([lost, damaged]))).skipped).toEqual([]);
  });

  test('a licence stays, however alike', async () => {
    const near = similarTo([await earlier('first', [mit, notice])]);
    const hash = sha256(Buffer.from(notice.body));
    const earlierOnes = [{ repository: 0, sha256: hash, similarity: 1 }];
    const same = { ...near, similar: [{ sha256: hash, earlier: earlierOnes }] };
    expect((await admitted(same)).paths).toContain('NOTICE');
  });
});

describe('a repository like an earlier one', () => {
  test('is dropped, and the drop names the earlier one', async () => {
    const near = similarTo([await earlier('first', [mit, code])], 'repository');
    await expect(admitted(near)).rejects.toMatchObject({
      code: 'NEAR_DUPLICATE_REPOSITORY',
      message: 'nearly the same files came earlier, as first (first.tgz)',
    });
  });

  test('stays where the earlier one was refused', async () => {
    const near = similarTo([await earlier('refused', [gpl, code])], 'repository');
    expect((await admitted(near, { licences: 'permissive' })).paths).toContain('b.js');
  });
});
