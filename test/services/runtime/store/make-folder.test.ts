/** A folder that a person named is made, or refused with its name; no place makes the call hang. */
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from '../../../../services/runtime/store/make-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-make-folder-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('makes a folder and those above it, and takes one that is there', () => {
  const made = join(folder, 'a/b/c');
  makeFolder(made);
  makeFolder(made);
  expect(statSync(made).isDirectory()).toBe(true);
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  makeFolder(join(folder, 'link/below'));
  expect(statSync(join(folder, 'real/below')).isDirectory()).toBe(true);
});

writeFileSync(join(folder, 'file'), '');
symlinkSync('nowhere', join(folder, 'broken'));

// Node's own recursive mkdir hangs in /proc, so no test may call it there.
test.each([
  ['/proc/a', '/proc/a'],
  ['/proc/a/b', '/proc/a'],
  [join(folder, 'file/a'), join(folder, 'file')],
  [join(folder, 'file'), join(folder, 'file')],
  [join(folder, 'broken/a'), join(folder, 'broken')],
])('%s is refused, with advice', (path, refused) => {
  expect(() => makeFolder(path, 'choose another --out')).toThrow(
    expect.objectContaining({
      code: 'OUTPUT_UNWRITABLE',
      subject: path,
      message: expect.stringMatching(
        new RegExp(`^cannot write to ${path}: .*'${refused}'; choose another --out$`),
      ),
    }),
  );
});
