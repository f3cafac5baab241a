/**
 * Small language models with trained weights, for tests and for a first try of the scorer: made
 * once on this machine from text that is here anyway, kept below .cache by the hash of all that
 * they are made of, never committed.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../services/runtime/ids.ts';
import { madeOnce } from '../../test/samples/made-once.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'scripts/tiny-model/train.py');

/** `tiny`: four million parameters, minutes. `trial`: for tests, seconds, from packages alone. */
export type TinyModel = 'tiny' | 'trial';

const recipes: Readonly<Record<TinyModel, readonly string[]>> = {
  tiny: [],
  trial:
    '--steps 60 --batch 4 --length 128 --vocabulary 512 --hidden 128 --layers 2 --threads 1'.split(
      ' ',
    ),
};
const ownText = '{services,scripts,schemas}/**/*.{ts,md,py}';
/** Locked, so that they change with the lock file alone. */
const packageText: Readonly<Record<TinyModel, readonly string[]>> = {
  tiny: ['zod/src/v4/**/*.ts', 'commander/lib/*.js', 'yaml/dist/**/*.js', 'openai/src/**/*.ts'],
  trial: ['commander/lib/*.js', 'yaml/dist/compose/*.js'],
};
/** A single long file would be most of what a small model sees. */
const charactersMax = 60_000;

/** Path of the model's folder, trained now if it is not there. */
export function tinyModel(kind: TinyModel, python: string): Promise<string> {
  const texts = corpus(kind);
  const madeOf = JSON.stringify([readFileSync(script, 'utf8'), recipes[kind], texts]);
  const make = (folder: string) => train(python, texts, folder, recipes[kind]);
  return madeOnce({ parent: join(root, '.cache/models'), name: kind, madeOf, make });
}

/** Sorted, so that the same files give the same model. */
function corpus(kind: TinyModel): string[] {
  const own = kind === 'tiny' ? [ownText] : [];
  const patterns = [...own, ...packageText[kind].map((each) => `node_modules/${each}`)];
  const files = patterns.flatMap((each) => globSync(each, { cwd: root }).sort());
  return files.map((file) => readFileSync(join(root, file), 'utf8').slice(0, charactersMax));
}

async function train(
  python: string,
  texts: readonly string[],
  folder: string,
  options: readonly string[],
): Promise<void> {
  const file = join(tmpdir(), `backstory-texts-${process.pid}-${sha256(folder).slice(0, 8)}.json`);
  writeFileSync(file, JSON.stringify(texts));
  try {
    const parameters = [script, file, folder, ...options];
    const training = spawn(python, parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
    const code = await new Promise((resolve, reject) => {
      training.once('error', reject);
      training.once('exit', resolve);
    });
    if (code !== 0) throw new Error(`training ended with ${code}`);
  } finally {
    rmSync(file, { force: true });
  }
}
