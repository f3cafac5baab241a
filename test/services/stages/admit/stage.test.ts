/** The whole admission (I6, I8), and the stage with a real blob store. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RepoAdmittedBody } from '../../../../schemas/generated/types.ts';
import { sha256 } from '../../../../services/runtime/ids.ts';
import { type BlobStore, openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { admitArchive } from '../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../services/stages/admit/config.ts';
import { admit } from '../../../../services/stages/admit/stage.ts';
import { type TarEntry, tar, tgz } from './hostile-archives.ts';

const defaults = admitKnobs.parse({});
const secret = ['ghp', 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo'].join('_');

const entries: readonly TarEntry[] = [
  { name: 'r/z.py', body: `token = "${secret}"\n` },
  { name: 'r/a.py', body: `also = "${secret}"\nmail = "ann.lee@mail-host.org"\n` },
  { name: 'r/NOTICE', body: 'Ann Lee <ann.lee@mail-host.org>\n' },
  { name: 'r/empty.txt' },
  { name: 'r/copy.py', body: 'same\n' },
  { name: 'r/copy2.py', body: 'same\n' },
  { name: 'r/logo.png', body: 'a\0b' },
  { name: 'r/gpl.c', body: '// SPDX-License-Identifier: GPL-3.0-only\n' },
  { name: 'r/package.json', body: '{"license": "MIT"}\n' },
];

const admitTgz = (archive: Buffer, knobs = defaults) =>
  admitArchive({ name: 'r', origin: 'r.tgz', format: 'tgz', archive }, knobs);

describe('admitArchive', () => {
  test('I8: gives equal secrets equal placeholders, and leaves attribution', async () => {
    const { files, skipped, licence, found } = await admitTgz(tgz(entries), defaults);
    const text = Object.fromEntries(files.map((file) => [file.path, file.bytes.toString()]));
    expect(text['a.py']).toBe('also = "<SECRET_1>"\nmail = "user-1@example.com"\n');
    expect(text['z.py']).toBe('token = "<SECRET_1>"\n');
    expect(text.NOTICE).toContain('ann.lee@mail-host.org');
    expect(text['empty.txt']).toBe('');
    expect(files.map((file) => file.path)).toEqual(Object.keys(text).sort());
    expect(files.every((file) => file.sha256 === sha256(file.bytes))).toBe(true);
    expect(files.find((file) => file.path === 'a.py')?.redactions).toBe(2);
    expect(skipped).toEqual([{ path: 'logo.png', reason: 'binary' }]);
    expect(licence.expression).toBe('MIT AND GPL-3.0-only');
    expect(found).toEqual({ secret: 2, email: 1, address: 0, address6: 0 });
  });

  test('I6: gives the same admission whatever the order of entries', async () => {
    const first = await admitTgz(tgz(entries), defaults);
    expect(
      await admitArchive(
        { name: 'r', origin: 'r.tar', format: 'tar', archive: tar(entries.toReversed()) },
        defaults,
      ),
    ).toEqual(first);
  });

  test('a permissive policy skips a file whose header is not permissive', async () => {
    const config = admitKnobs.parse({ licences: 'permissive' });
    const { licence, skipped } = await admitTgz(tgz(entries), config);
    expect(licence.expression).toBe('MIT');
    expect(skipped).toContainEqual({ path: 'gpl.c', reason: 'licence' });
  });

  const grant = 'Permission is hereby granted, free of charge, to any person';
  test.each([
    ['Latin-1', Buffer.from(`© Jürgen Müller\n${grant}\n`, 'latin1')],
    ['UTF-16', Buffer.from(`\uFEFF© Jürgen Müller\n${grant}\n`, 'utf16le')],
  ])('a licence text in %s is evidence, and listed with a reason of its own', async (_, body) => {
    const odd = { name: 'r/odd.txt', body: Buffer.from('Müller', 'latin1') };
    const archive = tgz([...entries, { name: 'r/LICENSE', body }, odd]);
    const { licence, skipped } = await admitTgz(archive);
    expect(licence.evidence.map(({ path }) => path)).toContain('LICENSE');
    expect(skipped).toEqual([
      { path: 'LICENSE', reason: 'licence-not-utf8' },
      { path: 'logo.png', reason: 'binary' },
      { path: 'odd.txt', reason: 'not-utf8' },
    ]);
  });

  test('the error names the refused licence', async () => {
    const config = admitKnobs.parse({ licences: ['ISC'] });
    await expect(admitTgz(tgz(entries), config)).rejects.toMatchObject({
      code: 'LICENCE_REFUSED',
      message: expect.stringContaining('MIT'),
    });
    const none = admitKnobs.parse({ licences: 'permissive' });
    await expect(admitTgz(tgz([{ name: 'a.py', body: 'a\n' }]), none)).rejects.toMatchObject({
      code: 'LICENCE_REFUSED',
      message: expect.stringContaining('unknown'),
    });
  });

  test('a secret can skip the file or drop the repository', async () => {
    const file = admitKnobs.parse({ secrets: 'refuse-file' });
    const { files, skipped } = await admitTgz(tgz(entries), file);
    expect(files.map(({ path }) => path)).not.toContain('z.py');
    expect(skipped.filter(({ reason }) => reason === 'secret')).toHaveLength(2);
    const repository = admitKnobs.parse({ secrets: 'refuse-repository' });
    await expect(admitTgz(tgz(entries), repository)).rejects.toMatchObject({
      code: 'SECRETS_REFUSED',
    });
  });

  test('privacy can be turned off', async () => {
    const config = admitKnobs.parse({ privacy: 'off' });
    const { files } = await admitTgz(tgz(entries), config);
    expect(files.find(({ path }) => path === 'a.py')?.bytes.toString()).toContain('ann.lee@');
  });

  test('drops a repository with no files left or with too many', async () => {
    const binary = tgz([{ name: 'a.png', body: 'a\0' }]);
    await expect(admitTgz(binary, defaults)).rejects.toMatchObject({
      code: 'NO_ADMISSIBLE_FILES',
    });
    await expect(admitTgz(tgz([]), defaults)).rejects.toMatchObject({
      code: 'NO_ADMISSIBLE_FILES',
    });
    const small = admitKnobs.parse({ repositoryFilesMax: 1 });
    await expect(admitTgz(tgz(entries), small)).rejects.toMatchObject({
      code: 'REPOSITORY_TOO_LARGE',
    });
  });
});

describe('the stage', () => {
  let folder: string;
  let blobs: BlobStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'admit-'));
    blobs = await openLocalBlobStore(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function handle(archive: Buffer, config = defaults) {
    const counts: Record<string, number> = {};
    const reference = await blobs.put(archive);
    const body = {
      name: 'r',
      origin: 'r.tgz',
      commit: null,
      archive: reference,
      format: 'tgz' as const,
      near: null,
      hosted: null,
    };
    type Handled = Parameters<typeof admit.handle>;
    const record = { topic: 'repo-found', partition: 0, offset: 0, body } as unknown as Handled[0];
    const count = (name: string, by = 1) => {
      counts[name] = (counts[name] ?? 0) + by;
    };
    const tools = { config, blobs, count } as unknown as Handled[1];
    return { outcomes: await admit.handle(record, tools), counts };
  }

  test('places every file in one content blob', async () => {
    const { outcomes, counts } = await handle(tgz(entries));
    const [outcome] = outcomes;
    if (outcome?.kind !== 'emit') throw new Error('nothing was emitted');
    const { repository } = outcome.body as RepoAdmittedBody;
    const content = await blobs.get(repository.content);
    for (const file of repository.files) {
      expect(sha256(content.subarray(file.offset, file.offset + file.bytes))).toBe(file.sha256);
    }
    const paths = repository.files.map((file) => file.path);
    expect(paths).toEqual([...paths].sort());
    expect(counts).toEqual({
      files_admitted: 8,
      files_skipped: 1,
      passages_marked: 0,
      secrets_redacted: 2,
      admitted_bytes: repository.content.bytes,
    });
  });

  test('refuses a blob by its length before reading it', async () => {
    const { outcomes } = await handle(tgz(entries), admitKnobs.parse({ archiveBytesMax: 10 }));
    expect(outcomes).toMatchObject([{ kind: 'drop', reason: 'ARCHIVE_TOO_LARGE' }]);
  });
});
