/** Which definitions are said to come first, and that a file of thousands is read once. */
import { expect, test } from 'vitest';
import {
  type FileFacts,
  readFile,
} from '../../../../../services/teacher/grounded/know/definitions.ts';
import { sayOrder } from '../../../../../services/teacher/grounded/say/order.ts';
import { counted } from '../../../../samples/counted.ts';

const symbol = (name: string, line: number, endLine = line, parent: string | null = null) => ({
  ...{ name, kind: 'function', startLine: line, endLine, parent },
  ...{ signature: `def ${name}():`, exported: true, doc: null },
});

function factsOf(code: string, symbols: readonly ReturnType<typeof symbol>[]): FileFacts {
  const structure = {
    ...{ path: 'a.py', language: 'python', parser: 'tree-sitter', errorRatio: 0 },
    ...{ lines: code.split('\n').length, symbols: [...symbols], externals: [], note: null },
  };
  return readFile(structure, code);
}

test('names those that later definitions use, in their own lines or in those of members', () => {
  const code = [
    'def load(): pass',
    'def größe(): pass',
    'def other(): return x.größe + y.load',
    'def user(): return load() + größe()',
    'class Store:',
    '    def get(self): return load()',
  ].join('\n');
  const said = sayOrder(
    factsOf(code, [
      ...[symbol('load', 1), symbol('größe', 2), symbol('other', 3), symbol('user', 4)],
      ...[symbol('Store', 5, 6), symbol('get', 6, 6, 'Store')],
    ]),
  );
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/`load`.*`user`.*`Store`|`user`.*`Store`.*`load`/);
  expect(said[1]).toMatch(/`größe`/);
  expect(said.join(' ')).not.toContain('`other`');
});

test('what serves the same definitions is told of together', () => {
  const code = 'def a_one(): pass\ndef a_two(): pass\ndef user(): return a_one() + a_two()';
  const said = sayOrder(factsOf(code, [symbol('a_one', 1), symbol('a_two', 2), symbol('user', 3)]));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/`a_one` and `a_two`/);
});

function readsPerDefinition(count: number): number {
  const names = Array.from({ length: count }, (_unused, at) => `step${at}`);
  const code = names.map((name, at) => `def ${name}(): return ${names[at - 1] ?? 'none'}()`);
  const facts = counted(
    factsOf(
      code.join('\n'),
      names.map((name, at) => symbol(name, at + 1)),
    ),
  );
  expect(sayOrder(facts.value)).toHaveLength(2);
  return facts.reads() / count;
}

test('reads as many lines for each definition of a long file as of a short one', () => {
  const few = readsPerDefinition(50);
  expect(few).toBeGreaterThan(1);
  expect(readsPerDefinition(200)).toBeLessThan(few * 1.5);
});
