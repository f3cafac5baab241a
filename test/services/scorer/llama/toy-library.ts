/**
 * Stands where node-llama-cpp would be installed: the same calls over the toy language model of the
 * http scorer's tests. The "GGUF file" is JSON that says what goes wrong, and where the tokens that
 * were read are counted.
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toyLogprob, toyTokens } from '../http/toy-server.ts';

export interface ToyModel {
  readonly fault?:
    | 'above-one'
    | 'constant'
    | 'lossy'
    | 'missing'
    | 'no-model'
    | 'no-room'
    | 'order'
    | 'recurrent'
    | 'silent'
    | 'zero-bits';
  /** A text with this word aborts the process, is killed, or never ends. */
  readonly aborts?: string;
  readonly kills?: string;
  readonly hangs?: string;
  readonly trainContextSize?: number;
  /** A line for each forward: how many tokens it read. */
  readonly log?: string;
}

/** Puts it where `npm install --prefix FOLDER` would put the real one. */
export function installToyLibrary(folder: string): void {
  const library = join(folder, 'node_modules/node-llama-cpp');
  mkdirSync(join(library, 'dist'), { recursive: true });
  writeFileSync(join(library, 'package.json'), '{"version": "3.0.0", "type": "module"}');
  writeFileSync(join(library, 'dist/index.js'), `export { getLlama } from '${import.meta.url}';\n`);
}

type Item = number | [number, unknown];

const spelled: string[] = ['<s>'];

function idOf(token: string): number {
  if (!spelled.includes(token)) spelled.push(token);
  return spelled.indexOf(token);
}

/** Characters above one byte are two tokens, as with byte-level tokenizers. */
function pieces(text: string): string[] {
  return toyTokens(text).flatMap((token) =>
    Buffer.byteLength(token) > 1 && [...token].length === 1
      ? [`first of ${token}`, token]
      : [token],
  );
}

function spell(tokens: readonly number[]): string {
  const texts = tokens.map((id) => spelled[id] ?? '');
  return texts
    .map((text, at) => {
      if (!text.startsWith('first of ')) return at > 0 || !isSecond(text) ? text : '\uFFFD';
      return texts[at + 1] === undefined ? '\uFFFD' : '';
    })
    .join('');
}

function isSecond(text: string): boolean {
  return Buffer.byteLength(text) > 1 && [...text].length === 1;
}

class ToySequence {
  private readonly read: number[] = [];
  private readonly model: ToyModel;
  private calls = 0;

  constructor(model: ToyModel) {
    this.model = model;
  }

  get nextTokenIndex(): number {
    return this.read.length;
  }

  get needsCheckpoints(): boolean {
    return this.model.fault === 'recurrent';
  }

  async eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void> {
    for (const { start, end } of ranges) this.read.splice(start, end - start);
  }

  async evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void> {
    await this.controlledEvaluate(tokens, { onTokenResult: () => {} });
  }

  async controlledEvaluate(
    items: Item[],
    options: { onTokenResult: (index: number, result: object) => void },
  ): Promise<void> {
    const { aborts, hangs, kills, log } = this.model;
    if (log !== undefined) appendFileSync(log, `${items.length}\n`);
    this.calls += 1;
    for (const [index, item] of items.entries()) {
      const token = Array.isArray(item) ? item[0] : item;
      this.read.push(token);
      if (aborts !== undefined && spelled[token]?.includes(aborts)) {
        process.stderr.write('GGML_ASSERT(enough) failed\n');
        process.abort();
      }
      if (kills !== undefined && spelled[token]?.includes(kills))
        process.kill(process.pid, 'SIGKILL');
      if (hangs !== undefined && spelled[token]?.includes(hangs)) await new Promise(() => {});
      // It gives no value for some tokens.
      if (this.model.fault === 'silent' && this.read.length % 5 === 0) continue;
      if (Array.isArray(item)) {
        const probabilities = new Map(spelled.map((_text, id) => [id, this.probability(id)]));
        options.onTokenResult(index, { next: { probabilities } });
      }
    }
  }

  private probability(id: number): number {
    const { fault } = this.model;
    if (fault === 'zero-bits') return 1;
    if (fault === 'above-one') return 12;
    if (fault === 'constant') return 0.5;
    if (fault === 'missing') return Number.NaN;
    const texts = [...this.read, id].map((each) => spelled[each] ?? '');
    const own = Math.exp(toyLogprob(texts, texts.length - 1));
    return fault === 'order' ? own / this.calls : own;
  }
}

export async function getLlama() {
  return {
    loadModel: async ({ modelPath }: { modelPath: string }) => {
      const model = JSON.parse(readFileSync(modelPath, 'utf8')) as ToyModel;
      if (model.fault === 'no-model') throw new Error('invalid magic of a GGUF file');
      return {
        trainContextSize: model.trainContextSize ?? 100_000,
        tokens: { bos: 0, shouldPrependBosToken: true },
        tokenize: (text: string) => pieces(text).map(idOf),
        detokenize: (tokens: number[]) =>
          model.fault === 'lossy' ? spell(tokens).toUpperCase() : spell(tokens),
        createContext: async () => {
          if (model.fault === 'no-room') throw new Error('not enough memory');
          return { getSequence: () => new ToySequence(model), dispose: async () => {} };
        },
      };
    },
  };
}
