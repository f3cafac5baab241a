/**
 * MB/s of source text into tokens: the encoder in services/stages/sink/tokens/bpe beside Hugging
 * Face's library on one thread, `gpt-tokenizer` and `tiktoken`, on the same files. Each is warmed
 * up on one half of them and measured on the other, which its caches have not seen; `baseline` is
 * the library, for threads it is one thread. What one leaves behind is collected before the next:
 * the library's results are freed late and would slow down whoever comes after it. The last two are
 * fetched on the first run: nothing else needs them.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { collect } from '../../services/stages/extract/turns/collect.ts';
import { openTokenizer } from '../../services/stages/sink/tokens/tokenizer.ts';
import { npmPackage } from '../../test/samples/installed/npm-package.ts';
import { openBoth } from '../../test/services/stages/sink/tokens/bpe/vocabularies.ts';
import type { Report } from '../bench.ts';
import { sourceCorpus } from './corpora/source-corpus.ts';

const bytesMax = 16_000_000;
const runLength = 1_000_000;
const threadsMax = 4;
/** Texts of one call to threads, about the files of a small repository. */
const callTexts = 30;

/** Vocabularies of the same size and shape; o200k_base is exactly that of gpt4o. */
const compared = [
  ['qwen3', 'cl100k_base'],
  ['gpt4o', 'o200k_base'],
] as const;

const pinned = {
  gptTokenizer: {
    spec: 'gpt-tokenizer@4.0.0',
    integrity:
      'sha512-YAWIyzvuVUHEfW7tFfFAxH8qQb+Q3RU9nYOTy7skMNX5qzU6Q8jxTHZLyO56ug1vYvCR7wndzpd3jwD86/mhjQ==',
  },
  tiktoken: {
    spec: 'tiktoken@1.0.22',
    integrity:
      'sha512-PKvy1rVF1RibfF3JlXBSP0Jrcw2uq3yXdgcEXtKTYn3QJ/cBRBHDnrJ5jHky+MENZ6DIPwNUGWpkVx+7joCpNA==',
  },
};

/** The part of `gpt-tokenizer/encoding/NAME` that is measured. */
interface GptEncoding {
  encode(text: string, options: { disallowedSpecial: ReadonlySet<string> }): number[];
}

/** The part of `tiktoken` that is measured; its memory is freed by hand. */
interface Tiktoken {
  get_encoding(name: string): {
    encode_ordinary(text: string): Uint32Array;
    free(): void;
  };
}

type EncodeAll = (texts: readonly string[]) => unknown;

export async function run(report: Report): Promise<void> {
  // Read by the library when it first encodes: one core for everybody.
  process.env.TOKENIZERS_PARALLELISM = 'false';
  process.env.RAYON_NUM_THREADS = '1';
  const root = new URL('../..', import.meta.url).pathname;
  const { texts, bytes } = sourceCorpus([`${root}services`, `${root}node_modules`], bytesMax);
  report({ metric: 'input', value: bytes / 1e6, unit: 'MB' });
  const halves = [0, 1].map((half) => texts.filter((_text, at) => at % 2 === half));
  const [first = [], second = []] = halves;
  const load = createRequire(import.meta.url);
  const gptFolder = await npmPackage(pinned.gptTokenizer);
  const { get_encoding } = load(await npmPackage(pinned.tiktoken)) as Tiktoken;
  for (const [name, encoding] of compared) {
    const { encode } = load(`${gptFolder}/cjs/encoding/${encoding}.js`) as GptEncoding;
    const { own, library } = await openBoth(name);
    const baseline = await measure(library, first, second);
    const rate = (metric: string, value: number) =>
      report({ metric: `${name}: ${metric}`, value, unit: 'MB/s', baseline });
    rate('tokenizers', baseline);
    rate('own, with the check of every byte', await measure(own.encode, first, second));
    const ordinary = { disallowedSpecial: new Set<string>() };
    const each = (one: (text: string) => unknown) => (all: readonly string[]) => all.map(one);
    const gpt = each((text) => encode(text, ordinary));
    rate(`gpt-tokenizer ${encoding}`, await measure(gpt, first, second));
    const tiktoken = get_encoding(encoding);
    const wasm = each((text) => tiktoken.encode_ordinary(text));
    rate(`tiktoken ${encoding}`, await measure(wasm, first, second));
    tiktoken.free();
    for (const [what, text] of runs()) {
      const start = performance.now();
      await own.encode([text]);
      const value = (performance.now() - start) / 1000;
      report({ metric: `${name}: 1M characters, ${what}`, value, unit: 's' });
    }
  }
  const spaces = 'gpt2 with runs of spaces';
  const { own, library } = await openBoth(spaces);
  const baseline = await measure(library, first, second);
  report({ metric: `${spaces}: tokenizers`, value: baseline, unit: 'MB/s', baseline });
  const value = await measure(own.encode, first, second);
  report({ metric: `${spaces}: own`, value, unit: 'MB/s', baseline });
  await measureThreads(report, first, second);
}

/** Threads beside one thread, each call a sample's worth of texts. */
async function measureThreads(
  report: Report,
  first: readonly string[],
  second: readonly string[],
): Promise<void> {
  const counts = [1, Math.min(threadsMax, Math.max(2, availableParallelism()))];
  let baseline: number | undefined;
  for (const tokenizerThreads of counts) {
    const tokenizer = await openTokenizer('', '', { tokenizerThreads });
    const encode = (texts: readonly string[]) => {
      const calls = Array.from({ length: Math.ceil(texts.length / callTexts) }, (_, call) =>
        tokenizer.encode(texts.slice(call * callTexts, (call + 1) * callTexts)),
      );
      return Promise.all(calls);
    };
    const value = await measure(encode, first, second);
    baseline ??= value;
    const metric = `qwen3: own, threads: ${tokenizerThreads}`;
    report({ metric, value, unit: 'MB/s', baseline });
    await tokenizer.close();
  }
}

/** MB/s over the second half, after the first. */
async function measure(
  encode: EncodeAll,
  first: readonly string[],
  second: readonly string[],
): Promise<number> {
  await encode(first);
  collect();
  const bytes = second.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const start = performance.now();
  await encode(second);
  return bytes / 1e3 / (performance.now() - start);
}

function runs(): [string, string][] {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const random = (from: string) =>
    Array.from({ length: runLength }, () => from[Math.floor(next() * from.length)]).join('');
  return [
    ['one letter', 'a'.repeat(runLength)],
    ['spaces', ' '.repeat(runLength)],
    ['base64', random(`${letters}${letters.toUpperCase()}0123456789+/`)],
    ['random letters', random(letters)],
  ];
}
