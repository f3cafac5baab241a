/** `backstory structure`: the documented JSON, an outline, the map, and files left out. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runLine } from '../terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-structure-'));

const here = { workingFolder: folder };

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(() => {
  write('LICENSE', 'MIT License\n');
  write(
    'shop/cart.py',
    '"""Cart."""\n\n\nclass Cart:\n    """Holds items."""\n\n    def add(self):\n        pass\n',
  );
  write('shop/app.py', 'from .cart import Cart\n\n\ndef main():\n    return Cart()\n');
  write('shop/broken.py', 'def good():\n    pass\n\nclass = = (\n  def lost(a):\n');
  write('shop/crlf.py', '\uFEFFdef windows():\r\n    pass\r\n');
  write('shop/wide.py', Buffer.from('def wide(): pass\n', 'utf16le'));
  write('shop/marked.py', Buffer.from('\uFEFFdef marked(): pass\n', 'utf16le'));
  write('shop/latin.py', Buffer.from('# é\ndef latin(): pass\n', 'latin1'));
  write('shop/noise.py', Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 7919) % 256)));
  symlinkSync('..', join(folder, 'shop', 'loop'));
  symlinkSync('self', join(folder, 'self'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function structure(...options: string[]): Promise<string> {
  const { exitCode, out, err } = await runLine(['structure', folder, ...options], here);
  expect([exitCode, err]).toEqual([0, '']);
  return out;
}

test('--json has exactly the documented fields, and a reason for each file left out', async () => {
  const result = JSON.parse(await structure('--json'));
  expect(Object.keys(result)).toEqual(['files', 'edges', 'unresolved', 'skipped', 'order']);
  expect(Object.keys(result.files[0])).toEqual([
    'path',
    'language',
    'parser',
    'errorRatio',
    'symbols',
  ]);
  expect(result.edges).toEqual([
    { from: 'shop/app.py', to: 'shop/cart.py', kind: 'import', confidence: 1 },
  ]);
  expect(result.skipped).toEqual([
    { path: 'self', reason: 'link' },
    { path: 'shop/broken.py', reason: 'syntax-errors' },
    { path: 'shop/latin.py', reason: 'not-utf8' },
    { path: 'shop/loop', reason: 'link' },
    { path: 'shop/marked.py', reason: 'binary' },
    { path: 'shop/noise.py', reason: 'binary' },
    { path: 'shop/wide.py', reason: 'binary' },
  ]);
  const byPath = new Map(result.files.map((file: { path: string }) => [file.path, file]));
  expect(byPath.get('shop/broken.py')).toMatchObject({ parser: 'regex' });
  expect(byPath.get('shop/crlf.py')).toMatchObject({
    errorRatio: 0,
    symbols: [{ name: 'windows', startLine: 1, endLine: 2 }],
  });
});

test('--outline prints one file, --map the repository within the given tokens', async () => {
  expect(await structure('--outline', 'shop/cart.py')).toBe(
    'shop/cart.py\n  class Cart  // Holds items.\n    def add(self)\n',
  );
  expect(await structure('--outline', 'shop/broken.py')).toContain(
    '(not fully read: syntax-errors)',
  );
  const map = await structure('--map', '40');
  expect(map).toContain('shop/cart.py\n  class Cart  // Holds items.\n');
  expect(map).toMatch(/… \d more files\n$/);
  expect(Buffer.byteLength(map)).toBeLessThanOrEqual(40 * 3 + 1);
});

test('a missing path and an invalid budget are usage errors', async () => {
  for (const options of [
    ['--outline', 'nope.py'],
    ['--map', '0'],
    ['--tokens', 'x'],
  ]) {
    const { exitCode, err } = await runLine(['structure', folder, ...options], here);
    expect(exitCode).not.toBe(0);
    expect(err).toContain('USAGE');
  }
});
