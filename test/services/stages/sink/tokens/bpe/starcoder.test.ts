/**
 * StarCoder2's kind of tokenizer.json: digits one by one, then GPT-2's rule. A small vocabulary of
 * that very shape, learnt here from source text; its ids are those of Hugging Face's library.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { byteAlphabet } from '../../../../../../services/dataset/vocabulary.ts';
import type { Encode } from '../../../../../../services/stages/sink/tokens/library-encoder.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../../../services/stages/sink/tokens/tokenizer.ts';
import { adversarial } from './adversarial.ts';
import { differing, openLibrary } from './vocabularies.ts';

const sources = new URL('../../../../../../services/stages/sink/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'backstory-starcoder-'));
const mergesLearnt = 400;

/** The control tokens that StarCoder2 begins with. */
const control = ['<|endoftext|>', '<fim_prefix>', '<repo_name>', '<file_sep>', '<jupyter_code>'];

let texts: string[];
let own: Tokenizer;
let library: Encode;

beforeAll(async () => {
  const names = readdirSync(sources).filter((name) => name.endsWith('.ts'));
  texts = names.map((name) => readFileSync(join(sources, name), 'utf8'));
  const text = tokenizerFile(learnMerges(texts.join('').slice(0, 60_000)));
  const path = join(folder, 'tokenizer.json');
  writeFileSync(path, text);
  own = await openTokenizer(path, '');
  library = openLibrary(JSON.parse(text), () => false);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The most frequent pair again and again, over words that never reach across spaces or digits. */
function learnMerges(text: string): [string, string][] {
  const characterOf = new Map([...byteAlphabet()].map(([character, byte]) => [byte, character]));
  const words = (text.match(/ ?[A-Za-z]+|\d| ?[^\sA-Za-z\d]+|\s+/g) ?? []).map((word) =>
    Array.from(Buffer.from(word), (byte) => characterOf.get(byte) ?? ''),
  );
  const merges: [string, string][] = [];
  while (merges.length < mergesLearnt) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let at = 1; at < word.length; at += 1) {
        const pair = `${word[at - 1]} ${word[at]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best = ''] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
    const [left = '', right = ''] = best.split(' ');
    merges.push([left, right]);
    for (const word of words) {
      for (let at = 1; at < word.length; at += 1) {
        if (word[at - 1] === left && word[at] === right) word.splice(at - 1, 2, left + right);
      }
    }
  }
  return merges;
}

function tokenizerFile(merges: readonly [string, string][]): string {
  const tokens = [...control, ...byteAlphabet().keys(), ...merges.map((pair) => pair.join(''))];
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: control.map((content, id) => ({ id, content, special: true })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Digits', individual_digits: true },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      // Control tokens are listed in it, as StarCoder2 lists them.
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map((pair) => pair.join(' ')),
    },
  });
}

it('is encoded without the library, and its text is compressed', async () => {
  expect(own.encoder).toBe('bpe');
  const ids = await own.encode(texts);
  const tokens = ids.reduce((sum, { length }) => sum + length, 0);
  expect(tokens).toBeLessThan(texts.join('').length / 2);
});

it('source code, digits and adversarial strings have the ids of the library', async () => {
  expect(await differing({ own, library }, texts)).toEqual([]);
  const digits = [
    'x = 1234567;\n\n  12 34',
    '\u0663\u0664 \u00bd\u216b1',
    "don't 007\t\n 1\n",
    '9',
  ];
  expect(await differing({ own, library }, digits)).toEqual([]);
  const strings = fc.array(adversarial, { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(strings, async (list) => {
      expect(await differing({ own, library }, list)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

it('each digit is a token of its own', async () => {
  const [ids = new Uint32Array()] = await own.encode(['12345']);
  expect(Array.from(ids, (id) => own.decode(Uint32Array.of(id)).toString())).toEqual([...'12345']);
});
