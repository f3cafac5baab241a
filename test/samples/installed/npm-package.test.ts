/** Packages that only tests read: fetched once, refused unless they are what was pinned. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { madeOnce } from '../made-once.ts';
import { fetchMsMax, npmPackage } from './npm-package.ts';

const parent = mkdtempSync(join(tmpdir(), 'backstory-packages-'));
/** Five kilobytes. */
const pinned = {
  spec: 'spdx-license-ids@3.0.24',
  integrity:
    'sha512-cLS9TtWkIQFyLkJ3/5aFQAOHOSKTlOs/7WDut/XPSdjom1fJhUdkepeJAKXa9Y05+FabHd0sti+Et559vDtkpQ==',
};

afterEach(() => {
  for (const name of readdirSync(parent)) rmSync(join(parent, name), { recursive: true });
});

test(
  'a package is there with the files that are named, and no archive beside them',
  async () => {
    const folder = await npmPackage(pinned, ['index.json'], parent);
    expect(readdirSync(folder)).toEqual(['index.json']);
    expect(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))).toContain('MIT');
    expect(readdirSync(parent)).toHaveLength(1);
  },
  fetchMsMax,
);

test(
  'another content than the pinned one is refused and leaves nothing',
  async () => {
    const other = { ...pinned, integrity: `sha512-${'A'.repeat(86)}==` };
    await expect(npmPackage(other, [], parent)).rejects.toThrow(/is not what was pinned/);
    expect(readdirSync(parent)).toEqual([]);
  },
  fetchMsMax,
);

test('a package that npm cannot fetch is named', async () => {
  const none = { ...pinned, spec: 'file:/nowhere/at/all.tgz' };
  await expect(npmPackage(none, [], parent)).rejects.toThrow(
    'npm could not fetch file:/nowhere/at/all.tgz, which this test needs',
  );
});

test('a folder is made once, again after a failure, and replaces that of an earlier recipe', async () => {
  let calls = 0;
  const make = (madeOf: string, fails = false) =>
    madeOnce({
      parent,
      name: 'thing',
      madeOf,
      make: async () => {
        calls += 1;
        if (fails) throw new Error('no network');
      },
    });
  await expect(make('one', true)).rejects.toThrow('no network');
  const [first, again] = await Promise.all([make('one'), make('one')]);
  expect([first, calls]).toEqual([again, 2]);
  const second = await make('two');
  expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
});
