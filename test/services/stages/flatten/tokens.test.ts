/** The estimate is close to what the sink's tokenizer gives, so that episodes fill their packs. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { estimateTokens } from '../../../../services/stages/flatten/tokens.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../services/stages/sink/tokens/tokenizer.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
let tokenizer: Tokenizer;

beforeAll(async () => {
  tokenizer = await openTokenizer('', '');
});
afterAll(() => tokenizer?.close());

test.each([
  'services/**/*.ts',
  'services/feed/**/*.py',
  'services/*/README.md',
  'schemas/**/*.json',
  'schemas/**/*.avsc',
  'services/ui/page/**/*.tsx',
])('of %s is within 4 percent of the tokens', async (pattern) => {
  const paths = globSync(pattern, { cwd: root }).sort();
  const oneIn = Math.ceil(paths.length / 60);
  const texts = paths
    .filter((_path, at) => at % oneIn === 0)
    .map((path) => readFileSync(`${root}/${path}`, 'utf8'));
  const encoded = await tokenizer.encode(texts);
  const tokens = encoded.reduce((sum, { length }) => sum + length, 0);
  const estimate = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
  expect(tokens).toBeGreaterThan(8_000);
  expect(Math.abs(estimate / tokens - 1)).toBeLessThan(0.04);
});

test.each([
  ['', 0],
  [' ', 1],
  ['forEachRecord', 3],
  ['HTTP_STATUS', 3],
  ['let total = 12;\n', 6],
  ['    return {\n', 3],
  ['你好', 2],
  ['=========', 1],
  [String.raw`/[^\\]+$/`, 3],
])('of %j is always %i', (text, tokens) => {
  expect(estimateTokens(text)).toBe(tokens);
});

test('of any text is a whole number, and at least one where there is text', () => {
  expect(estimateTokens('')).toBe(0);
  for (const text of ['.', '\n', 'x', '(\n', '你好', ' ']) {
    expect(Number.isInteger(estimateTokens(text))).toBe(true);
    expect(estimateTokens(text)).toBeGreaterThan(0);
  }
});
