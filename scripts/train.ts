/**
 * `npm run train -- [--model tiny] [--source FOLDER] [--to FOLDER] [--steps N]`: from a fresh clone
 * to a model whose loss falls, on CPUs: the environment, the pipeline on a part of this repository,
 * the reference trainer, and the picture of the loss. Repeating it goes on where it ended.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sumOver } from '../services/dataset/manifest.ts';
import { makeFolder } from '../services/runtime/store/make-folder.ts';
import { byteTokenizerFile } from '../test/samples/inputs/byte-tokenizer.ts';
import { pythonWithTorch } from '../test/samples/installed/python-environment.ts';
import { call, failed, launcher, root } from './training/children.ts';
import { timed } from './training/timed.ts';
import { readSteps } from './training/trained-steps.ts';

const usage = `usage: npm run train -- [--model tiny] [--source FOLDER] [--to FOLDER] [--steps N]

  --model   tiny (default), a JSON file with a configuration, or a folder of Hugging Face, whose
            tokenizer is then the data's
  --source  what becomes data, as for \`backstory run\` (default: services/dataset of this checkout)
  --to      holds data, checkpoints, metrics and picture (default: backstory-train)
  --steps   of four packs of 1,024 tokens (default: 60); more of them go on where the last ones ended`;

/** Short texts: a tiny model learns something of them in a minute. */
const knobs = { contextLength: 1024, shardBytesMax: 1_000_000 };
/** Packs of many files come together, so that few steps show how the whole goes. */
const rates = ['--learning-rate', '0.005', '--warmup', '4', '--batch-size', '4', '--window', '512'];
/** Steps at either end whose mean losses are compared, at most. */
const comparedMax = 8;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: 'tiny' },
      source: { type: 'string', default: join(root, 'services/dataset') },
      to: { type: 'string', default: 'backstory-train' },
      steps: { type: 'string', default: '60' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  if (!/^[1-9]\d*$/.test(values.steps)) throw new Error(`--steps ${values.steps} is no number`);
  const model = values.model === 'tiny' ? 'tiny' : resolve(values.model);
  if (model !== 'tiny' && !existsSync(model)) throw new Error(`there is no model at ${model}`);
  const { to } = values;
  const [out, run] = [join(to, 'out'), join(to, 'run')];
  makeFolder(to, 'name another folder with --to');
  const python = await timed('environment (PyTorch and transformers: 5 GB once)', pythonWithTorch);
  const sink = { ...knobs, tokenizer: tokenizerOf(model, to) };
  const set = Object.entries(sink).flatMap(([name, value]) => ['--set', `sink.${name}=${value}`]);
  const backstory = [launcher, 'run', values.source, '--out', out, '--search', 'off', ...set];
  await timed(`data of ${values.source}`, () => call(process.execPath, backstory));
  const line = ['-m', 'backstory_trainer', out, '--to', run, '--model', model, ...rates];
  const length = ['--steps', values.steps, '--epochs', '1000', '--checkpoint-every', '20'];
  // Threads that wait for each other cost a tiny model more than they give.
  const environment = model === 'tiny' ? { OMP_NUM_THREADS: '1' } : {};
  const training = () => call(python, [...line, ...length], { environment });
  await timed(`training: ${values.steps} steps`, training);
  report(run);
}

/** That of the model, or one of bytes. */
function tokenizerOf(model: string, to: string): string {
  const own = join(model, 'tokenizer.json');
  if (model !== 'tiny' && existsSync(own)) return own;
  const bytes = join(to, 'bytes.json');
  writeFileSync(bytes, byteTokenizerFile());
  return bytes;
}

function report(run: string): void {
  const steps = readSteps(run);
  const losses = steps.flatMap(({ loss }) => loss ?? []);
  const compared = Math.min(comparedMax, Math.floor(losses.length / 2));
  const picture = `picture: ${join(run, 'curve.svg')}`;
  const seconds = sumOver(steps, (step) => step.seconds);
  const waited = sumOver(steps, (step) => step.seconds * step.data_wait);
  console.log(`${((100 * waited) / seconds).toFixed(2)} % of the time waited for data`);
  if (compared === 0) {
    console.log(`too few steps with trained tokens to compare\n${picture}`);
    return;
  }
  const [first, last] = [mean(losses.slice(0, compared)), mean(losses.slice(-compared))];
  console.log(
    `loss of trained tokens: ${first.toFixed(3)} → ${last.toFixed(3)} (means of ${compared} steps)\n${picture}`,
  );
  if (last >= first) throw new Error('the loss did not fall');
}

function mean(numbers: readonly number[]): number {
  return sumOver(numbers, (number) => number) / numbers.length;
}

try {
  await main();
} catch (error) {
  process.exitCode = failed(error as Error);
}
