/**
 * `npm run soak -- trainer [--kills 50] [--seed 1]`: a trainer of a tiny model follows an output
 * that grows. Its ranks are killed with SIGKILL at random and started again, and so is the
 * producer. Once with 1, 2, 4, 3, 1, … processes: every life must have trained, in each of its
 * steps, the samples that an uninterrupted run trains there. Once with 2 processes throughout: then
 * losses, weights and the optimizer's state must be the same, bit for bit.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readSteps, savedStep, type TrainedStep } from '../../scripts/training/trained-steps.ts';
import { pythonWithTorch } from '../samples/installed/python-environment.ts';
import { type SeededRandom, seededRandom } from '../simulation/random.ts';
import { type Content, GrowingOutput } from './trainer/growing-output.ts';
import { type Life, Lives } from './trainer/lives.ts';

/** Packs of a step: each world size divides them. */
const batchSize = 12;
const samplesPerLife = 8;
/** A life is killed within this time; on a busy machine, its first step comes after two seconds. */
const lifeSecondsMax = 6;
/** Ranks are killed one after the other: those that are left have met a dead peer. */
const apartSecondsMax = 0.2;

/** A few thousand weights. */
const model = {
  ...{ model_type: 'llama', hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, num_key_value_heads: 1, tie_word_embeddings: true },
};

interface Mode {
  readonly name: string;
  readonly worldSizes: readonly number[];
  /** Whether numbers are compared too. */
  readonly exact: boolean;
}

const modes: readonly Mode[] = [
  { name: 'world sizes 1, 2, 4, 3', worldSizes: [1, 2, 4, 3], exact: false },
  { name: 'world size 2', worldSizes: [2], exact: true },
];

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
    },
  });
  const lives = new Lives(await pythonWithTorch());
  let broken = 0;
  try {
    for (const mode of modes) {
      const folder = mkdtempSync(join(tmpdir(), 'backstory-trainer-soak-'));
      const random = seededRandom(Number(values.seed));
      const soak = new Soak(folder, lives, mode, random);
      try {
        const problems = await soak.run(Number(values.kills));
        const verdict = problems.length === 0 ? 'one run' : 'BROKEN';
        console.log(`${mode.name} (seed ${values.seed}): ${soak.told()}: ${verdict}`);
        for (const problem of problems) console.log(`  ${problem}`);
        broken += problems.length;
      } finally {
        soak.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }
  } finally {
    lives.close();
  }
  return broken === 0;
}

class Soak {
  readonly #folder: string;
  readonly #lives: Lives;
  readonly #mode: Mode;
  readonly #random: SeededRandom;
  readonly #output: GrowingOutput;
  readonly #problems: string[] = [];
  /** The steps that each killed life left. */
  readonly #left: (readonly TrainedStep[])[] = [];
  /** Lives that came to no step, and those whose last steps the next one had to do again. */
  #idle = 0;
  #torn = 0;
  #steps = 0;
  #samples = 0;
  #tensors = 0;
  #seconds = 0;

  constructor(folder: string, lives: Lives, mode: Mode, random: SeededRandom) {
    this.#folder = folder;
    this.#lives = lives;
    this.#mode = mode;
    this.#random = random;
    this.#output = new GrowingOutput(folder);
  }

  /** What is broken. */
  async run(kills: number): Promise<readonly string[]> {
    const began = performance.now();
    writeFileSync(join(this.#folder, 'model.json'), JSON.stringify(model));
    mkdirSync(join(this.#folder, 'killed'));
    await this.#output.begin(kills * samplesPerLife);
    for (let life = 0; life < kills; life += 1) {
      this.#output.allow((life + 1) * samplesPerLife);
      await this.#killedLife(life);
    }
    await this.#output.caughtUp();
    await this.#lastLife('killed', kills);
    this.#seconds = (performance.now() - began) / 1000;
    const content = await this.#output.finish();
    this.#samples = content.samples.size;
    if (this.#samples !== kills * samplesPerLife) {
      this.#problems.push(`${this.#samples} of ${kills * samplesPerLife} samples are in shards`);
    }
    await this.#lastLife('whole', 0);
    await this.#compare(content);
    return this.#problems;
  }

  told(): string {
    return (
      `${this.#left.length} kills of the trainer (${this.#idle} before a step, ${this.#torn} after ` +
      `a step that no checkpoint had) and ${this.#output.kills} of the producer in ` +
      `${Math.round(this.#seconds)} s; ${this.#steps} steps of ${batchSize} packs, ` +
      `${this.#samples} samples` +
      (this.#mode.exact ? `, ${this.#tensors} values of the checkpoint compared` : '')
    );
  }

  close(): void {
    this.#output.close();
  }

  async #killedLife(number: number): Promise<void> {
    const processes = this.#worldSize(number);
    const ranks = Array.from({ length: processes }, (_, rank) => rank);
    const seconds = lifeSecondsMax * this.#random.next();
    const kill = shuffled(ranks, this.#random).map((rank, at): [number, number] => [
      rank,
      at === 0 ? seconds : apartSecondsMax * this.#random.next(),
    ]);
    const producerToo = this.#random.next() < 0.5 ? this.#random.next() * seconds : null;
    const over = new AbortController();
    if (producerToo !== null) {
      delay(producerToo * 1000, undefined, { signal: over.signal })
        .then(() => this.#output.kill())
        .catch(() => {});
    }
    const { early } = await this.#lives.live({ ...this.#life('killed', processes, true), kill });
    over.abort();
    if (early.length > 0) this.#problems.push(`life ${number} ended by itself: ${early}`);
    const run = join(this.#folder, 'killed');
    const [before, left] = [this.#left.at(-1) ?? [], readSteps(run)];
    this.#left.push(left);
    if (left.length === 0 || left.at(-1)?.seconds === before.at(-1)?.seconds) this.#idle += 1;
    else if (left.length > savedStep(run)) this.#torn += 1;
  }

  /** To the end of what there is. */
  async #lastLife(name: string, number: number): Promise<void> {
    const { codes } = await this.#lives.live(this.#life(name, this.#worldSize(number), false));
    if (codes.some((code) => code !== 0)) throw new Error(`a trainer ended with ${codes}`);
  }

  #worldSize(life: number): number {
    const { worldSizes } = this.#mode;
    return worldSizes[life % worldSizes.length] ?? 1;
  }

  #life(name: string, processes: number, follow: boolean): Life {
    const settings = {
      ...{ data: this.#output.out, to: join(this.#folder, name), follow, window: 4, seed: 3 },
      ...{ model: join(this.#folder, 'model.json'), learning_rate: 0.003, warmup: 2 },
      ...{ batch_size: batchSize, checkpoint_every: 2 },
    };
    return { processes, log: join(this.#folder, `${name}.log`), settings };
  }

  async #compare({ packs }: Content): Promise<void> {
    const whole = readSteps(join(this.#folder, 'whole'));
    const killed = readSteps(join(this.#folder, 'killed'));
    this.#steps = whole.length;
    const told = (step: TrainedStep) => this.#tellStep(step, packs);
    const expected = whole.map(told);
    const trained = new Set(whole.flatMap((step) => step.packs.map(([, pack]) => pack)));
    if (whole.length === 0 || trained.size !== whole.length * batchSize) {
      this.#problems.push(`the uninterrupted run trains ${trained.size} packs`);
    }
    if (killed.length !== whole.length) {
      this.#problems.push(`${killed.length} steps instead of ${whole.length}`);
    }
    for (const [life, steps] of [...this.#left, killed].entries()) {
      const other = steps.findIndex((step, at) => told(step) !== expected[at]);
      if (other >= 0) this.#problems.push(`life ${life} differs in step ${other}`);
    }
    if (!this.#mode.exact) return;
    const runs = ['killed', 'whole'].map((name) => join(this.#folder, name)) as [string, string];
    const { tensors, different } = await this.#lives.compare(...runs);
    this.#tensors = tensors;
    for (const name of different) this.#problems.push(`the checkpoints differ in ${name}`);
  }

  /** All of a step that must be equal. */
  #tellStep({ step, packs, loss }: TrainedStep, content: Content['packs']): string {
    const samples = packs.map(([, pack]) => [pack, ...(content[pack] ?? [])]);
    return JSON.stringify([step, samples, this.#mode.exact ? loss : null]);
  }
}

function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as Item);
}
