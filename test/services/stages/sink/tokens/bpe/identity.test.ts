/**
 * The own encoder gives the ids of Hugging Face's library, for six real vocabularies and for some
 * of these with added tokens that are ordinary text.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { fetchMsMax } from '../../../../../samples/installed/npm-package.ts';
import { adversarial, indented } from './adversarial.ts';
import { differing, extendedNames, openBoth, readJson, vocabularyNames } from './vocabularies.ts';

const root = new URL('../../../../../..', import.meta.url).pathname;
/** Sources of this checkout and of what npm brought: TypeScript, JavaScript, C, C++, Markdown. */
const folders = [
  'services',
  'node_modules/zod/src',
  'node_modules/avsc/lib',
  'node_modules/tree-sitter/src',
  'node_modules/tree-sitter-python/src/tree_sitter',
  'node_modules/commander',
];
/** `npm run soak -- tokenize` takes 50 MB. */
const textsBytesMax = 400_000;

function sources(): string[] {
  const texts: string[] = [];
  let bytes = 0;
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder), { recursive: true }).map(String).sort()) {
      const path = join(root, folder, name);
      if (!/\.(ts|js|json|md|py|c|cc|h)$/.test(name) || !statSync(path).isFile()) continue;
      const text = readFileSync(path, 'utf8');
      bytes += Buffer.byteLength(text);
      if (bytes > textsBytesMax) return texts;
      texts.push(text);
    }
  }
  return texts;
}

describe.each(vocabularyNames)('%s', (name) => {
  let both: Awaited<ReturnType<typeof openBoth>>;
  beforeAll(async () => {
    both = await openBoth(name);
  }, fetchMsMax);

  it('is encoded without the library', () => {
    expect(both.own.encoder).toBe('bpe');
  });

  it('real code', async () => {
    const texts = sources();
    expect(texts.join('').length).toBeGreaterThan(300_000);
    expect(await differing(both, texts)).toEqual([]);
  });

  it('adversarial strings', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(adversarial, { minLength: 30, maxLength: 30 }), async (texts) => {
        expect(await differing(both, texts)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('every code point of three planes, before and after a letter, a space and an apostrophe', async () => {
    const lines: string[] = [];
    for (let start = 0; start < 0x30000; start += 64) {
      if (start >= 0xd800 && start < 0xe000) continue;
      const points = Array.from({ length: 64 }, (_, at) => String.fromCodePoint(start + at));
      lines.push(points.map((point) => `${point}a${point} ${point}'${point}`).join(''));
    }
    expect(await differing(both, lines)).toEqual([]);
  });

  it('long runs, which merge by the heap', async () => {
    const units = ['a', ' ', '=', '\n', '\u7684', 'ab', '\u{1f600}', 'Zq9/'];
    const texts = units.flatMap((unit) => [63, 64, 65, 4099].map((times) => unit.repeat(times)));
    expect(await differing(both, texts)).toEqual([]);
  });

  it('a lone surrogate is U+FFFD, as wherever JavaScript makes UTF-8', async () => {
    const [lone, replaced] = await both.own.encode(['a\ud800b', 'a\ufffdb']);
    expect(lone).toEqual(replaced);
  });
});

describe.each(extendedNames)('%s', (name) => {
  let both: Awaited<ReturnType<typeof openBoth>>;
  beforeAll(async () => {
    both = await openBoth(name);
  }, fetchMsMax);

  it('is encoded without the library, and its added tokens are used', async () => {
    expect(both.own.encoder).toBe('bpe');
    const json = await readJson(name);
    const text = new Set(json.added_tokens.flatMap((token) => (token.special ? [] : [token.id])));
    const [ids] = await both.own.encode(['        def f(self):\n\n\t\t# \u7684\n']);
    expect(ids?.some((id) => text.has(id))).toBe(true);
  });

  it('real code', async () => {
    expect(await differing(both, sources())).toEqual([]);
  });

  it('code with indentation, and adversarial strings', async () => {
    const strings = fc.array(fc.oneof(indented, adversarial), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(strings, async (texts) => {
        expect(await differing(both, texts)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('every run of spaces and of tabs up to 70, alone and between others', async () => {
    const runs = Array.from({ length: 70 }, (_, at) =>
      [' ', '\t'].map((one) => one.repeat(at + 1)),
    );
    const texts = runs
      .flat()
      .flatMap((run) => [run, `a${run}b`, `\n${run}\n`, `(${run}\u00a0${run})`]);
    expect(await differing(both, texts)).toEqual([]);
  });
});
