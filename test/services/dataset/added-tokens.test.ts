/** Text may become an added token only if that is certainly no control token (I2). */
import { describe, expect, it } from 'vitest';
import { chatForms, controlsOf } from '../../../services/dataset/template/chat-forms.ts';
import { parseTokenizerFile } from '../../../services/dataset/tokenizer-file.ts';
import { readVocabulary } from '../../../services/dataset/vocabulary.ts';
import { byteTokenizerFile } from '../../samples/inputs/byte-tokenizer.ts';

interface Entry {
  id: number;
  content: string;
  special?: boolean;
  [flag: string]: unknown;
}

interface File {
  added_tokens: Entry[];
  normalizer: unknown;
  model: { vocab: Record<string, number> };
}

/** Reads the byte tokenizer with this added token and any further change. */
function read(content: string, change: (file: File, token: Entry) => void = () => {}) {
  const file = JSON.parse(byteTokenizerFile(undefined, [], [content])) as File;
  const token = file.added_tokens.at(-1) as Entry;
  token.id = file.model.vocab[content] ?? token.id;
  change(file, token);
  const vocabulary = readVocabulary(parseTokenizerFile(JSON.stringify(file), 'x'), '', 'x');
  return { ...vocabulary, id: token.id };
}

describe('an added token that is not special', () => {
  it.each([
    '  ',
    '\t\t',
    '\n\n',
    '\u3000',
    'def',
    'self.',
    '->',
    '===',
    '"""',
    '<=>',
    '||',
    '\u7684',
    '\u00f5',
    '\u{1f600}',
    'C++',
    "don't",
    '#include',
    '__proto__x',
  ])('is text: %j', (content) => {
    const { textTokens, refusals, isControl, decode, byteLength, id } = read(content);
    expect(textTokens).toMatchObject([{ id, content }]);
    expect(refusals).toEqual([]);
    expect(isControl(id)).toBe(false);
    expect(decode(Uint32Array.of(id, 10)).toString()).toBe(`${content}\n`);
    expect(byteLength(id)).toBe(Buffer.byteLength(content));
  });

  it.each([
    '<think>',
    '</think>',
    '<tool_call>',
    '<|user|>',
    '\n<|user|> ',
    '<\uff5cUser\uff5c>',
    '[INST]',
    '[/INST]',
    '|||IP_ADDRESS|||',
    '\uff5ctool\uff5c',
    '{{user}}',
    '<0x0A>',
    '\u3010x\u3011',
    ...chatForms.flatMap(controlsOf),
    '<|endoftext|>',
    '</s>',
    '<eos>',
  ])('is a control token as a name in brackets or bars: %j', (content) => {
    const { textTokens, refusals, isControl, decode, id } = read(content);
    expect(textTokens).toEqual([]);
    expect(refusals).toEqual([]);
    expect(isControl(id)).toBe(true);
    expect(() => decode(Uint32Array.of(id))).toThrow(RangeError);
  });

  it.each<[string, string, RegExp, ((file: File, token: Entry) => void)?]>([
    ['a name between signs', '__init__', /may be a control token or text/],
    ['a heading', '### Answer:', /may be a control token or text/],
    ['text with a mark in it', '<|user|>Hello', /may be a control token or text/],
    ['a bracket in code', 'a[0]', /may be a control token or text/],
    ['lstrip', '  ', /white space beside it/, (_file, token) => (token.lstrip = true)],
    ['rstrip', '  ', /white space beside it/, (_file, token) => (token.rstrip = true)],
    [
      'text that the normalizer changes',
      'e\u0301',
      /as its normalizer writes it/,
      (file, token) => {
        file.normalizer = { type: 'Sequence', normalizers: [{ type: 'NFC' }] };
        token.normalized = true;
      },
    ],
    [
      'text that an unknown normalizer may change',
      '  ',
      /as its normalizer writes it/,
      (file, token) => {
        file.normalizer = { type: 'Replace', pattern: { String: ' ' }, content: '_' };
        token.normalized = true;
      },
    ],
    ['a letter that stands for a byte in the model', '\u00e9', /shares its id, 233,/],
    ['an id of its own', '  ', /has the id 259 for Hugging Face/, (_, token) => (token.id = 400)],
    [
      'another id in the vocabulary',
      'ab',
      /has the id 300 for Hugging Face/,
      ({ model }) => (model.vocab.ab = 300),
    ],
    [
      'the id of another token',
      '  ',
      /shares its id, 259,/,
      ({ model }) => {
        model.vocab.ab = 259;
        model.vocab['  '] = 259;
      },
    ],
  ])('is refused by name: %s', (_what, content, why, change) => {
    const { refusals, textTokens } = read(content, change);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatch(why);
    expect(refusals[0]).toContain(JSON.stringify(content));
    expect(textTokens.length).toBe(/shares/.test(String(why)) ? 1 : 0);
  });

  it('is text if the normalizer does not change it', () => {
    const { textTokens, refusals } = read('  ', (file, token) => {
      const normalizers = ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase'].map((type) => ({ type }));
      file.normalizer = { type: 'Sequence', normalizers };
      token.normalized = true;
    });
    expect(refusals).toEqual([]);
    expect(textTokens).toMatchObject([{ content: '  ', normalized: true }]);
  });
});

describe('an added token is a control token', () => {
  it('if it is special, or has no such flag', () => {
    for (const special of [true, undefined]) {
      const { isControl, id } = read('  ', (_file, token) => Object.assign(token, { special }));
      expect(isControl(id)).toBe(true);
    }
  });

  it('if documents end with it', () => {
    const file = parseTokenizerFile(byteTokenizerFile(undefined, [], ['\n\n', '  ']), 'x');
    const { endOfText, isControl, textTokens } = readVocabulary(file, '\n\n', 'x');
    expect(isControl(endOfText)).toBe(true);
    expect(textTokens.map(({ content }) => content)).toEqual(['  ']);
  });

  it('if one of two entries makes it one', () => {
    const { isControl, id, textTokens } = read('  ', (file, token) => {
      file.added_tokens.push({ ...token, special: true });
    });
    expect(isControl(id)).toBe(true);
    expect(textTokens).toEqual([]);
  });

  it('if no text can contain it: an empty text, or half a character', () => {
    for (const content of ['', '\ud800', ' \udc00']) {
      const { textTokens, refusals } = read(content);
      expect([textTokens, refusals]).toEqual([[], []]);
    }
  });

  it('and is refused if the vocabulary lists it with another id', () => {
    const { refusals } = read('  ', ({ model }) => (model.vocab['<|im_start|>'] = 300));
    expect(refusals).toEqual(['the added token 257, "<|im_start|>", is 300 in model.vocab']);
  });
});
