/** Notebooks: code cells as Python, at the lines where the .ipynb has them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeCells } from '../../../../../../services/stages/extract/languages/notebook/cells.ts';
import { edgesOf, parseFiles, structureOf } from '../../structure-of.ts';

function notebookOf(cells: readonly object[], metadata: object = {}): string {
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1);
}

const code = (...source: string[]) => ({ cell_type: 'code', outputs: [], source });

const text = notebookOf([
  { cell_type: 'markdown', source: ['import nothing\n', '{"source": "import none"}'] },
  {
    ...code('%matplotlib inline\n', 'from tools import make\n', 'files = !ls\n', '!pip list'),
    outputs: [{ output_type: 'stream', text: ['import ghost\n'], source: 'import ghost' }],
  },
  code('%%bash\n', 'import x from y'),
  code('%%time\n', 'def run(a):\n', '    !echo "$a"\n', '    return make(a)\n', 'make?\n'),
]);

describe('notebook', () => {
  it('reads code cells only, without commands, at their own lines', async () => {
    const { files } = await structureOf({ 'a.ipynb': text });
    const [file] = files;
    expect(file).toMatchObject({ language: 'notebook', parser: 'tree-sitter', errorRatio: 0 });
    expect(file?.externals).toEqual(['tools']);
    const lines = text.split('\n');
    const spans = file?.symbols.map((symbol) => [
      symbol.name,
      lines[symbol.startLine - 1]?.trim(),
      lines[symbol.endLine - 1]?.trim(),
    ]);
    expect(spans).toEqual([
      ['files', '"files = !ls\\n",', '"files = !ls\\n",'],
      ['run', '"def run(a):\\n",', '"    return make(a)\\n",'],
    ]);
  });

  it('is of Python where the name of its language is no text', async () => {
    const odd = notebookOf([code('def run(): pass\n')], {
      language_info: { name: { toString: 1 } },
    });
    const { files } = await structureOf({ 'a.ipynb': odd });
    expect(files[0]).toMatchObject({ note: null, symbols: [{ name: 'run' }] });
  });

  it('imports what lies beside it', async () => {
    expect(await edgesOf({ 'n/a.ipynb': text, 'n/tools.py': 'def make(a): pass\n' })).toEqual([
      'n/a.ipynb -> n/tools.py [import] make',
    ]);
  });

  it('reads source in one string, and format 3', async () => {
    const { files } = await structureOf({
      'one.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', source: 'a = 1\nb = 2\n' }] }),
      'three.ipynb': JSON.stringify({
        worksheets: [{ cells: [{ cell_type: 'code', language: 'python', input: ['c = 3'] }] }],
      }),
    });
    expect(
      files.map(({ symbols }) => symbols.map(({ name, startLine }) => [name, startLine])),
    ).toEqual([
      [
        ['a', 1],
        ['b', 1],
      ],
      [['c', 1]],
    ]);
  });

  it.each([
    ['{"cells": [', 'none'],
    ['{"a": 1}', 'none'],
    [notebookOf([code('x <- 1')], { kernelspec: { name: 'ir', language: 'R' } }), 'none'],
    [notebookOf([code('x = 1')], { language_info: { name: 'python' } }), 'tree-sitter'],
  ])('%j', async (content, parser) => {
    const [file] = await parseFiles({ 'a.ipynb': content });
    expect(file?.parser).toBe(parser);
  });

  it('finds every source string of any notebook, with its line', () => {
    const source = fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 });
    const cell = fc.record({
      metadata: fc.jsonValue({ maxDepth: 2 }),
      source,
      outputs: fc.array(fc.record({ source, cell_type: fc.constant('code') }), { maxLength: 2 }),
      cell_type: fc.constantFrom('code', 'markdown'),
    });
    const cells = fc.array(cell, { maxLength: 5 });
    fc.assert(
      fc.property(cells, fc.constantFrom(0, 1), (list, indent) => {
        const written = JSON.stringify({ metadata: {}, cells: list }, null, indent);
        const found = codeCells(written);
        const expected = list.filter((item) => item.cell_type === 'code').map((c) => c.source);
        expect(found.map((parts) => parts.map((part) => part.text))).toEqual(expected);
        const lines = written.split('\n');
        for (const part of found.flat()) {
          expect(lines[part.line - 1]).toContain(JSON.stringify(part.text));
        }
      }),
    );
  });
});
