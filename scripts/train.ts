/**
 * `npm run train -- [--model tiny] [--source FOLDER] [--to FOLDER] [--steps N]`: from a fresh clone
 * to a model whose loss falls, on CPUs: the environment, the pipeline on a part of this repository,
 * the reference trainer, and the picture of the loss. Repeating it goes on where it ended.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { byteTokenizerFile } from '../test/samples/inputs/byte-tokenizer.ts';
import { pythonWithTorch } from '../test/samples/installed/python-environment.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A vocabulary of bytes and short texts: a tiny model learns something of it in a minute. */
const knobs = { contextLength: 1024, shardBytesMax: 1_000_000 };
const rates = ['--learning-rate', '0.003', '--warmup', '4', '--batch-size', '4'];
/** Steps at either end whose mean losses are compared. */
const compared = 5;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'tiny' },
    source: { type: 'string', default: join(root, 'services/dataset') },
    to: { type: 'string', default: 'backstory-train' },
    steps: { type: 'string', default: '40' },
  },
});

async function main(): Promise<void> {
  const to = resolve(values.to);
  const [out, run] = [join(to, 'out'), join(to, 'run')];
  mkdirSync(to, { recursive: true });
  console.log('environment: PyTorch and transformers, 5 GB the first time');
  const python = await pythonWithTorch();
  const tokenizer = join(to, 'bytes.json');
  writeFileSync(tokenizer, byteTokenizerFile());
  const set = Object.entries({ ...knobs, tokenizer }).flatMap(([name, value]) => [
    '--set',
    `sink.${name}=${value}`,
  ]);
  const backstory = [join(root, 'scripts/backstory.js'), 'run', resolve(values.source)];
  await call(process.execPath, [...backstory, '--out', out, '--search', 'off', ...set]);
  const folders = ['services/feed', 'services/trainer'].map((folder) => join(root, folder));
  const trainer = ['-m', 'backstory_trainer', out, '--to', run, '--model', values.model, ...rates];
  const length = ['--steps', values.steps, '--epochs', '1000', '--checkpoint-every', '20'];
  await call(python, [...trainer, ...length], { PYTHONPATH: folders.join(':') });
  const losses = lossesOf(join(run, 'metrics.jsonl'));
  const [first, last] = [mean(losses.slice(0, compared)), mean(losses.slice(-compared))];
  console.log(`loss of trained tokens: ${first.toFixed(3)} → ${last.toFixed(3)}`);
  console.log(`picture: ${join(run, 'curve.svg')}`);
  if (last >= first) throw new Error('the loss did not fall');
}

function call(command: string, parameters: string[], environment = {}): Promise<void> {
  const child = spawn(command, parameters, {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      if (code === 0) done();
      else fail(new Error(`${command} ended with ${code ?? signal}`));
    });
  });
}

/** Of the steps that had a trained token. */
function lossesOf(metrics: string): number[] {
  const lines = readFileSync(metrics, 'utf8').trimEnd().split('\n');
  const losses = lines.map((line) => (JSON.parse(line) as { loss: number | null }).loss);
  return losses.filter((loss) => loss !== null);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}

try {
  await main();
} catch (error) {
  console.error(`error ${(error as Error).message}`);
  process.exitCode = 1;
}
