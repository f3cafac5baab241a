/** Added tokens are found in text as Hugging Face's library finds them, whatever they are. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteTokenizerFile } from '../../../../../samples/inputs/byte-tokenizer.ts';
import { added, differing, openJson, type TokenizerJson, withAdded } from './vocabularies.ts';

const gpt2Step = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};

/** Bytes, a few merges, and the pieces of GPT-2, so that a text cut elsewhere has other ids. */
function base(): TokenizerJson {
  const file = JSON.parse(
    byteTokenizerFile([], ['\u0120a', 'ab', '\u0120\u0120']),
  ) as TokenizerJson;
  const { vocab, merges } = file.model;
  const model = {
    ...file.model,
    vocab: { ...vocab, abab: 601, '<|endoftext|>': 600 },
    merges: [...merges, ['ab', 'ab']],
  };
  const end = added('<|endoftext|>', { id: 600, special: true });
  return { ...file, model, pre_tokenizer: gpt2Step, added_tokens: [end] };
}

/** Few characters, so that tokens overlap, begin and end each other and stand side by side. */
const content = fc
  .array(
    fc.constantFrom('a', 'b', ' ', '\n', '\u00f5', '\u7684', '\u0301', '.', '\u{1f600}', '_'),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((characters) => characters.join(''))
  // Letters within signs are refused.
  .filter((text) => !/^\s*[._\u{1f600}].*[._\u{1f600}]\s*$/su.test(text));
const flags = fc.record({ single_word: fc.boolean(), normalized: fc.boolean() });
const tokens = fc
  .uniqueArray(fc.tuple(content, flags), { selector: ([text]) => text, minLength: 1, maxLength: 8 })
  .map((list) => list.map(([text, each]) => added(text, each)));

it('any tokens in any text, one by one and in one call', async () => {
  await fc.assert(
    fc.asyncProperty(tokens, fc.array(fc.array(content)), async (list, texts) => {
      const both = await openJson(withAdded(base(), list), 'x');
      expect(both.own.encoder).toBe('bpe');
      expect(
        await differing(
          both,
          texts.map((each) => each.join('')),
        ),
      ).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('a token that is passed over hides the shorter ones in it, and the text behind it begins anew', async () => {
  const list = [
    added('a b', { single_word: true }),
    added(' b'),
    added('ab', { normalized: false }),
    added('a'),
  ];
  const both = await openJson(withAdded(base(), list), 'x');
  const texts = ['a bb', 'a b b', 'xa b', 'aba b', ' aab b', 'a b_', 'a b.', '\u7684a b'];
  expect(await differing(both, texts)).toEqual([]);
});

it('words are made of what the library takes for words, for every code point of three planes', async () => {
  const both = await openJson(withAdded(base(), [added('zq', { single_word: true })]), 'x');
  const texts: string[] = [];
  for (let start = 0; start < 0x30000; start += 64) {
    const points = Array.from({ length: 64 }, (_, at) => String.fromCodePoint(start + at));
    if (start >= 0xd800 && start < 0xe000) continue;
    texts.push(points.map((point) => `${point}zq zq${point}\n`).join(''));
  }
  expect(await differing(both, texts)).toEqual([]);
});

it('a text longer than a slice, with tokens at its seams', async () => {
  const both = await openJson(withAdded(base(), [added('    '), added('ab\n')]), 'x');
  const text = `${'x'.repeat(1 << 17)}    ab\n${'    '.repeat(1 << 15)}a${'b a'.repeat(1 << 16)}`;
  expect(await differing(both, [text, text.slice(3), ''])).toEqual([]);
});
