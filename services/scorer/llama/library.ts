/**
 * node-llama-cpp: where it is, and the part of it that is used. It is no dependency, because its
 * install script may compile and its usual install brings CUDA, 732 MB.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { shellWord } from '../../dataset/printable.ts';
import { PipelineError } from '../../runtime/errors.ts';

const name = 'node-llama-cpp';
/** The version that was tried; 83 MB with its library for Linux x64. */
const version = '3.21.1';
/** Its packages of compiled code, by platform: those for CPUs, and Metal's on Apple silicon. */
const compiled: Readonly<Record<string, string>> = {
  'darwin arm64': 'mac-arm64-metal',
  'darwin x64': 'mac-x64',
  'linux arm': 'linux-armv7l',
  'linux arm64': 'linux-arm64',
  'linux riscv64': 'linux-riscv64',
  'linux x64': 'linux-x64',
  'win32 arm64': 'win-arm64',
  'win32 x64': 'win-x64',
};

export interface LibraryPlace {
  /** The URL of its module. */
  readonly module: string;
  readonly version: string;
}

/** TOOL_MISSING has the command that installs it. An empty folder means beside backstory. */
export function findLibrary(folder: string): LibraryPlace {
  const module = folder === '' ? besideBackstory() : below(folder);
  if (module === null) throw missing(folder, 'is not installed');
  const manifest = new URL('../package.json', module);
  if (!existsSync(manifest)) throw missing(folder, 'has no package.json, so it was not installed');
  const read = z.object({ version: z.string() });
  return { module, version: read.parse(JSON.parse(readFileSync(manifest, 'utf8'))).version };
}

function besideBackstory(): string | null {
  try {
    const module = import.meta.resolve(name);
    return existsSync(fileURLToPath(module)) ? module : null;
  } catch {
    // It says only that there is none, in words of its own.
    return null;
  }
}

function below(folder: string): string | null {
  const file = join(resolve(folder), 'node_modules', name, 'dist/index.js');
  return existsSync(file) ? pathToFileURL(file).href : null;
}

function missing(folder: string, problem: string): PipelineError {
  const place = folder === '' ? join(homedir(), '.cache/backstory/llama') : folder;
  const platform = `${process.platform} ${process.arch}`;
  const command = installCommand(place, platform);
  return new PipelineError(
    'TOOL_MISSING',
    `scorer.kind llama needs ${name}, which ${problem}; ${
      command === null
        ? `it has no build for ${platform}, so choose another scorer.kind`
        : `run \`${command}\` and set scorer.libraryFolder to ${place}`
    }`,
    { subject: 'scorer.libraryFolder' },
  );
}

/** Null on a platform (Node's names of system and processor) that it has no compiled code for. */
export function installCommand(place: string, platform: string): string | null {
  const build = compiled[platform];
  if (build === undefined) return null;
  const packages = `${name}@${version} @node-llama-cpp/${build}@${version}`;
  return `npm install --prefix ${shellWord(place)} ${packages} --omit=optional --ignore-scripts`;
}

export type Token = number;

export interface Model {
  /** Tokens that a text was trained to have at most. */
  readonly trainContextSize: number;
  readonly tokens: { readonly bos: Token | null; readonly shouldPrependBosToken: boolean };
  /** False reads the names of special tokens as letters. */
  tokenize(text: string, specialTokens: false, leading: 'trimLeadingSpace'): Token[];
  detokenize(tokens: readonly Token[]): string;
  createContext(options: ContextOptions): Promise<Context>;
}

interface ContextOptions {
  readonly contextSize: number;
  readonly sequences: number;
  readonly batchSize: number;
  readonly threads: number;
  readonly flashAttention: boolean;
  readonly swaFullCache: boolean;
}

export interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

type Evaluated = Token | [Token, { generateNext: { probabilities: true } }];

interface TokenResult {
  readonly next: { probabilities?: ReadonlyMap<Token, number> };
}

/** A text whose keys and values are kept. */
export interface Sequence {
  readonly nextTokenIndex: number;
  /** True where going back is not exact: recurrent models. */
  readonly needsCheckpoints: boolean;
  eraseContextTokenRanges(
    ranges: { readonly start: number; readonly end: number }[],
  ): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void>;
  controlledEvaluate(
    tokens: readonly Evaluated[],
    options: { readonly onTokenResult: (index: number, result: TokenResult) => void },
  ): Promise<unknown>;
}

/** Reads a GGUF file; throws what the library says of one that it cannot use. */
export async function loadModel(module: string, file: string, threads: number): Promise<Model> {
  const library = (await import(module)) as {
    getLlama(options: object): Promise<{ loadModel(options: object): Promise<Model> }>;
  };
  const llama = await library.getLlama({
    // Only what was installed: nothing is compiled or fetched.
    ...{ gpu: false, build: 'never', skipDownload: true, maxThreads: threads },
    logLevel: 'error',
  });
  return llama.loadModel({ modelPath: file, gpuLayers: 0 });
}
