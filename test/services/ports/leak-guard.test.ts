/** The leak guard finds copied code in any disguise, and lets thoughts name things. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLeakGuard } from '../../../services/ports/leak-guard.ts';
import { searchKnobs } from '../../../services/stages/search/config.ts';

const limits = searchKnobs.parse({});
const sourceOf = (path: string) =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
// A copy of a source file, so that no change of ours moves what the tests cut out of it.
const code = sourceOf('test/samples/blob-store.ts.txt');
const guard = createLeakGuard(code, [], limits);
const lines = code.split('\n');

/** Lines of code without prose; the tests copy them. */
const start = lines.findIndex((line) => line.startsWith('export async function openLocal'));
const statements = lines.slice(start, start + 20);

describe('finds a copy', () => {
  const copy = statements.join('\n');
  test.each([
    ['unchanged', copy],
    ['on one line', statements.map((line) => line.trim()).join(' ')],
    ['in capitals and with other quotes', copy.toUpperCase().replaceAll("'", '"')],
    ['as a comment', statements.map((line) => `// ${line}`).join('\n')],
    ['as a quotation with numbers', statements.map((line) => `> ${line}`).join('\n')],
    ['as a list', statements.map((line) => `- \`${line.trim()}\``).join('\n')],
    ['with line comments inserted', statements.join(' // and now the next one\n')],
    ['with block comments inserted', copy.replaceAll(' ', ' /* aside */ ')],
    ['without punctuation', copy.replaceAll(/[^\w\s]/g, ' ')],
    ['after honest words', `I open the store and keep each blob as a file. ${copy}`],
  ])('%s', (_name, thought) => {
    expect(guard.find(thought)).toBe('run');
  });

  test('property: of any place, with any white space and comments between the words', () => {
    const words = [...code.matchAll(/[\w$]+|[^\s\w]/g)].map((match) => match[0]);
    const space = fc.constantFrom(' ', '\n', '\t', '  \n ', ' /* note */ ', '\n# note\n');
    fc.assert(
      fc.property(
        fc.nat({ max: words.length - 80 }),
        fc.array(space, { minLength: 1, maxLength: 9 }),
        fc.constantFrom('', 'The store opens a folder. '),
        (from, spaces, before) => {
          const span = words.slice(from, from + 80);
          // A list of names and nothing else is allowed, so the span must be more than that.
          fc.pre(span.filter((word) => /^\w/.test(word)).length > 24);
          const copied = span.map((word, at) => word + spaces[at % spaces.length]).join('');
          expect(guard.find(before + copied)).not.toBeNull();
        },
      ),
      { numRuns: 200, seed: 5 },
    );
  });

  test('in small pieces, by their share of the code', () => {
    const pieces = [...code.matchAll(/(?:\W+\w+){8}/g)].map((match) => match[0]);
    expect(guard.find(pieces.join(' and then '))).toBe('share');
  });

  test('of a whole short file', () => {
    const short = createLeakGuard("module.exports = require('./lib/express');\n", [], limits);
    expect(short.find("It says module.exports = require('./lib/express').")).not.toBeNull();
    expect(short.find('It exports what `./lib/express` exports.')).toBeNull();
  });

  test('of one long literal', () => {
    const literal = '4f1a9c0e77b2d35886aa'.repeat(8);
    const keyed = createLeakGuard(`const key = '${literal}';`, [], limits);
    expect(keyed.find(`The key is ${literal}.`)).toBe('run');
    expect(keyed.find(`The key begins with ${literal.slice(0, 12)}.`)).toBeNull();
  });

  test('of a table of numbers, which is not a list of names', () => {
    const numbers = Array.from({ length: 30 }, (_unused, index) => index * index + 3).join(', ');
    const table = createLeakGuard(`const table = [${numbers}];`, [], limits);
    expect(table.find(`I fill the table with ${numbers}.`)).toBe('run');
  });
});

describe('does not call naming a leak', () => {
  const names = Array.from({ length: 30 }, (_unused, index) => `name${index}Of${index * 7}`);
  test.each([
    ['imports', `import {\n  ${names.join(',\n  ')},\n} from './names.ts';\nuse(name0Of0);\n`],
    ['exports in Python', `__all__ = [\n    "${names.join('",\n    "')}",\n]\n`],
    ['a union', `type Name =\n  | '${names.join("'\n  | '")}';\n`],
  ])('a list of names from %s', (_name, listing) => {
    const listed = createLeakGuard(listing, [], limits);
    expect(listed.find(`I need ${names.join(', ')}.`)).toBeNull();
    expect(listed.find(listing)).not.toBe(null);
  });

  test('all names of a file, in its order', () => {
    const all = [...new Set(code.match(/[A-Za-z]\w{3,}/g))].join(', ');
    expect(guard.find(`The file uses these names: ${all}.`)).toBeNull();
  });

  test('short signatures in an honest thought', () => {
    const thought = `I export the interface BlobStore with put(bytes), get(reference), a getRange
      with offset and length, and stream(reference), and openLocalBlobStore(folder), which makes the
      folder first. putLocal writes to a temporary name, syncs it and renames it; an ENOENT becomes
      BLOB_MISSING. syncFolder opens the folder and syncs it.`;
    expect(guard.find(thought)).toBeNull();
  });

  test('what the sub-agent has read may be quoted', () => {
    const quoted = statements.join('\n');
    const readBefore = createLeakGuard(code, [`// another file\n${quoted}\n`], limits);
    expect(guard.find(quoted)).toBe('run');
    expect(readBefore.find(quoted)).toBeNull();
    expect(readBefore.find(code)).toBe('run');
  });

  test('property: no words are a leak if the code is empty', () => {
    const word = fc.constantFrom('the', 'store', 'keeps', 'value', 'when', 'asked', 'again');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 200 }), (words) => {
        expect(guard.find(words.join(' '))).toBeNull();
        expect(createLeakGuard('', [], limits).find(words.join(' '))).toBeNull();
      }),
      { numRuns: 50, seed: 6 },
    );
  });
});
