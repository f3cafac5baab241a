/** What is left of files that no parser could read whole, and the caps of a repository. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractKnobs } from '../../../../services/stages/extract/config.ts';
import { type Extractor, openExtractor } from '../../../../services/stages/extract/extractor.ts';

const never = new AbortController().signal;
let extractor: Extractor;

beforeAll(() => {
  extractor = openExtractor(extractKnobs.parse({ processes: 1 }));
});
afterAll(() => extractor.close());

const broken = 'def good():\n    pass\n\nclass = = (\n  def lost(a):\n\n  def kept(): (\n';

async function fileOf(path: string, text: string | Buffer, change: object = {}) {
  const own = openExtractor(extractKnobs.parse({ processes: 1, ...change }));
  const source = typeof text === 'string' ? text : async () => text;
  const { files, shortfalls } = await own.extract([{ path, text: source }], never);
  await own.close();
  return { file: files[0], shortfalls };
}

describe('a file that no parser read whole', () => {
  it('keeps what the parser found and gets the rest by its lines, and says so', async () => {
    const { file, shortfalls } = await fileOf('a.py', broken);
    expect(file).toMatchObject({ parser: 'regex', note: 'syntax-errors' });
    expect(file?.errorRatio).toBeGreaterThan(0.05);
    expect(file?.symbols.map(({ name }) => name)).toEqual(['good', 'lost', 'kept']);
    expect(shortfalls).toEqual([{ path: 'a.py', reason: 'syntax-errors' }]);
  });

  it('is left as the parser saw it below the limit', async () => {
    const { file, shortfalls } = await fileOf('a.py', broken, { outlineErrorRatio: 1 });
    expect(file).toMatchObject({ parser: 'tree-sitter', note: null });
    expect(shortfalls).toEqual([]);
  });

  it.each([
    ['too large', { parseBytesMax: 10 }, 'parse-bytes'],
    ['beyond the files', { filesParsedMax: 1 }, 'files-limited'],
    ['beyond the bytes', { bytesParsedMax: 24 }, 'bytes-limited'],
  ])('%s', async (_, change, reason) => {
    const own = openExtractor(extractKnobs.parse({ processes: 1, ...change }));
    const text = 'def f(a):\n    return 1\n';
    const sources = ['a.py', 'b.py'].map((path) => ({ path, text }));
    const { files, shortfalls } = await own.extract(sources, never);
    await own.close();
    expect(files[1]).toMatchObject({ parser: 'regex', errorRatio: 1, note: reason });
    expect(files[1]?.symbols).toMatchObject([{ name: 'f', signature: 'def f(a)', endLine: 2 }]);
    expect(shortfalls.at(-1)).toEqual({ path: 'b.py', reason });
  });

  it.each([
    [{ parseBytesMax: 100 }, 'tree-sitter', null],
    [{ notebookBytesMax: 100 }, 'none', 'parse-bytes'],
  ])('a notebook is large by its outputs: %j', async (change, parser, note) => {
    const outputs = [{ data: { 'image/png': 'A'.repeat(1000) } }];
    const cells = [{ cell_type: 'code', source: ['x = 1\n'], outputs }];
    const { file } = await fileOf('a.ipynb', JSON.stringify({ cells }), change);
    expect(file).toMatchObject({ parser, note });
  });

  it('does not take part in resolution by what its lines look like', async () => {
    const sources = [
      { path: 'p/A.java', text: 'package p;\nclass A { B b; }\n' },
      { path: 'p/B.java', text: `package p;\nclass B {\n${'// long\n'.repeat(99)}}\n` },
    ];
    const own = openExtractor(extractKnobs.parse({ processes: 1, parseBytesMax: 200 }));
    const { files, edges } = await own.extract(sources, never);
    await own.close();
    expect(files[1]).toMatchObject({ parser: 'regex', symbols: [{ name: 'B' }] });
    expect(edges).toEqual([]);
  });

  it('is none when its bytes are no text', async () => {
    const { file } = await fileOf('a.py', Buffer.from([0, 0xff, 1, 0x80, 0]));
    expect(file).toMatchObject({ parser: 'none', note: 'not-text', errorRatio: 1, symbols: [] });
  });
});

describe('extract', () => {
  it('reads a legacy encoding and says the lines of the file', async () => {
    const latin = Buffer.from('# é\r\ndef año():\r\n    pass\r\n', 'latin1');
    const { file } = await fileOf('a.py', latin);
    expect(file).toMatchObject({ parser: 'tree-sitter', lines: 3, note: null });
    expect(file?.symbols).toMatchObject([{ name: 'año', startLine: 2, endLine: 3 }]);
  });

  it('fails when a file cannot be had, and goes on with the next repository', async () => {
    const gone = { path: 'a.py', text: () => Promise.reject(new Error('gone')) };
    await expect(extractor.extract([gone], never)).rejects.toThrow('gone');
    const { files } = await extractor.extract([{ path: 'b.py', text: 'def f(): pass\n' }], never);
    expect(files[0]?.symbols).toHaveLength(1);
  });
});

it('a repository that cannot be read costs no other one', async () => {
  const text = () => Promise.reject(new Error('gone'));
  const good = [{ path: 'a.py', text: 'x = 1\n' }];
  const lost = extractor.extract([{ path: 'b.py', text }], never);
  await expect(lost).rejects.toThrow('gone');
  expect((await extractor.extract(good, never)).order).toEqual(['a.py']);
});
