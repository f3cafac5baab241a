/**
 * A live data set and the trainer that follows it. Sources are added one by one; with each but the
 * last, the trainer or the program is killed while the new data is on its way, and started again.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseProvenance } from '../../schemas/manifest.ts';
import { type Manifest, readManifest, sumOver } from '../../services/dataset/manifest.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { freePort } from '../cluster/ports.ts';
import { call, end, launcher, type Started, start, stopped } from './children.ts';
import { readSteps, savedStep, type TrainedStep } from './trained-steps.ts';

export interface LiveOptions {
  /** Takes data, run and logs. */
  readonly to: string;
  readonly sources: readonly string[];
  readonly tokenizer: string;
  readonly python: string;
  /** Environment that names the servers. */
  readonly addresses: Readonly<Record<string, string>>;
}

const dataset = 'live';
/** Packs of a step, over all processes. */
const batchSize = 2;
/** Short packs in small shards, sealed soon: a tiny model trains on them as they come. */
const knobs = { contextLength: 1024, shardBytesMax: 50_000, quietMs: 3_000 };
const rates = ['--learning-rate', '0.005', '--warmup', '4', '--checkpoint-every', '5'];
/** Until a new source is being worked on, and not yet done. */
const underWayMs = 1_500;
const pollMs = 500;
/** Nothing takes this long, unless it will never come. */
const patienceMs = 600_000;

interface Grown {
  readonly packs: number;
  readonly repositories: number;
  /** Whether everything that the sink has taken is in shards. */
  readonly sealed: boolean;
}

export class LiveRun {
  readonly #options: LiveOptions;
  readonly #out: string;
  readonly #run: string;
  readonly #logs: Readonly<Record<'program' | 'trainer', string>>;
  /** What each killed trainer had done, and from which step the next one went on. */
  readonly #killed: { readonly steps: readonly TrainedStep[]; readonly saved: number }[] = [];
  readonly #repositories = new Set<string>();
  #manifest: Manifest | undefined;
  #program: Started | null = null;
  #trainer: Started[] = [];

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#out = join(options.to, 'out');
    this.#run = join(options.to, 'run');
    this.#logs = {
      program: join(options.to, 'program.log'),
      trainer: join(options.to, 'trainer.log'),
    };
  }

  /** To the moment when everything is trained; fails if anything is missing or twice. */
  async run(): Promise<void> {
    const { sources } = this.#options;
    await this.#backstory('topics', 'apply', '--dataset', dataset);
    this.#startProgram();
    await this.#startTrainer(1);
    for (const [position, source] of sources.entries()) {
      if (position === 0) continue;
      await this.#trainedMore();
      await this.#backstory('add', source, '--dataset', dataset);
      this.#tell(`added ${source}`);
      if (position === sources.length - 1) break;
      if (position % 2 === 1) await this.#killTrainer();
      else await this.#killProgram();
    }
    await this.#complete();
    await this.#check();
  }

  async verify(): Promise<void> {
    await this.#backstory('verify', this.#out);
  }

  #startProgram(): void {
    const { sources, tokenizer, addresses } = this.#options;
    const sink = Object.entries({ ...knobs, tokenizer });
    const set = sink.flatMap(([name, value]) => ['--set', `sink.${name}=${value}`]);
    const [first = ''] = sources;
    const place = ['--dataset', dataset, '--out', this.#out, '--search', 'off', ...set];
    const line = [launcher, 'serve', 'all', first, ...place];
    const options = { environment: addresses, log: this.#logs.program };
    this.#program = start(process.execPath, line, options);
  }

  /** As torchrun starts it, in so many processes. */
  async #startTrainer(processes: number): Promise<void> {
    const line = ['-m', 'backstory_trainer', this.#out, '--to', this.#run, '--follow', ...rates];
    line.push('--batch-size', String(batchSize));
    const port = String(await freePort());
    this.#trainer = Array.from({ length: processes }, (_, rank) => {
      const place = { RANK: String(rank), WORLD_SIZE: String(processes) };
      const meeting = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: port };
      const environment = { ...place, ...meeting, OMP_NUM_THREADS: '1' };
      return start(this.#options.python, line, { environment, log: this.#logs.trainer });
    });
  }

  /** Amid the new packs; it goes on in another number of processes. */
  async #killTrainer(): Promise<void> {
    const { packs } = await this.#grown();
    await this.#until('packs of the new source', async () => (await this.#grown()).packs > packs);
    await Promise.all(this.#trainer.map((each) => end(each, 'SIGKILL')));
    const steps = readSteps(this.#run);
    this.#killed.push({ steps, saved: savedStep(this.#run) });
    const processes = this.#trainer.length === 1 ? 2 : 1;
    this.#tell(`trainer: kill -9 after step ${steps.length}; goes on with world size ${processes}`);
    await this.#startTrainer(processes);
  }

  async #killProgram(): Promise<void> {
    await delay(underWayMs, undefined, { signal: stopped });
    if (this.#program !== null) await end(this.#program, 'SIGKILL');
    this.#tell('program: kill -9 while the new source is on its way; starts again');
    this.#startProgram();
  }

  async #trainedMore(): Promise<void> {
    const before = readSteps(this.#run).length;
    await this.#until('another step', async () => readSteps(this.#run).length > before);
  }

  /** All sources are in shards, and every whole batch is trained: both are told to end. */
  async #complete(): Promise<void> {
    const wanted = this.#options.sources.length;
    await this.#until(`${wanted} repositories in shards`, async () => {
      const { repositories, sealed } = await this.#grown();
      return sealed && repositories === wanted;
    });
    const { packs } = await this.#grown();
    const steps = Math.floor(packs / batchSize);
    this.#tell(`data: ${packs} packs`);
    await this.#until(`step ${steps}`, async () => readSteps(this.#run).length >= steps);
    await this.#endWell('trainer', this.#trainer);
    await this.#endWell('program', this.#program === null ? [] : [this.#program]);
    const after = await this.#grown();
    if (after.packs !== packs) throw new Error(`${after.packs - packs} packs came at the end`);
  }

  async #endWell(what: 'program' | 'trainer', started: readonly Started[]): Promise<void> {
    const codes = await Promise.all(started.map((each) => end(each, 'SIGTERM')));
    if (codes.some((code) => code !== 0)) {
      throw new Error(`the ${what} ended with ${codes.join(', ')}: ${this.#logs[what]}`);
    }
  }

  /** Step s has packs [s·B, (s+1)·B), in every life that came to it. */
  async #check(): Promise<void> {
    const steps = readSteps(this.#run);
    for (const life of [...this.#killed.map((each) => each.steps), steps]) {
      for (const [number, { step, packs }] of life.entries()) {
        const wanted = Array.from({ length: batchSize }, (_, at) => number * batchSize + at);
        if (step !== number || String(packs.map(([, pack]) => pack)) !== String(wanted)) {
          throw new Error(`step ${step} has packs ${packs.join(' ')}; they should be ${wanted}`);
        }
      }
    }
    const { packs } = await this.#grown();
    const trained = steps.length * batchSize;
    const again = this.#killed.map((life) => life.steps.length - life.saved);
    console.log(
      `   ${packs} packs, ${trained} trained exactly once and in order in ${steps.length} steps` +
        (packs > trained ? `, ${packs - trained} waits for its batch` : ''),
    );
    console.log(`   after kills ${again.join(' and ')} steps were done again, on the same packs`);
    console.log(`   picture: ${join(this.#run, 'curve.svg')}`);
  }

  async #grown(): Promise<Grown> {
    const store = openLocalObjects(this.#out);
    const before = this.#manifest?.entries.length ?? 0;
    this.#manifest = await readManifest(store, this.#manifest);
    const { entries } = this.#manifest;
    for (const { provenance } of entries.slice(before).flatMap((entry) => entry.shards)) {
      const lines = parseProvenance(String(await store.read(provenance.path)));
      for (const { repositoryId } of lines) this.#repositories.add(repositoryId);
    }
    const packs = sumOver(
      entries.flatMap((entry) => entry.shards),
      (shard) => shard.packs,
    );
    const sealed = entries.at(-1)?.carried.samples.length === 0;
    return { packs, repositories: this.#repositories.size, sealed };
  }

  /** Fails soon if what it waits for cannot come any more. */
  async #until(what: string, isThere: () => Promise<boolean>): Promise<void> {
    const began = performance.now();
    while (!(await isThere())) {
      if (this.#program !== null && isOver(this.#program)) throw this.#lost('program');
      if (this.#trainer.some(isOver)) throw this.#lost('trainer');
      if (performance.now() - began > patienceMs) {
        throw new Error(`${what} did not come in ${patienceMs / 1000} s; see ${this.#options.to}`);
      }
      await delay(pollMs, undefined, { signal: stopped });
    }
  }

  #lost(what: 'program' | 'trainer'): Error {
    stopped.throwIfAborted();
    return new Error(`the ${what} has ended by itself: ${this.#logs[what]}`);
  }

  #backstory(...line: string[]): Promise<void> {
    const options = { environment: this.#options.addresses, log: this.#logs.program };
    return call(process.execPath, [launcher, ...line], options);
  }

  #tell(what: string): void {
    console.log(`   step ${readSteps(this.#run).length}: ${what}`);
  }
}

function isOver({ child }: Started): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
