/** A live output that grows while its producer is killed and started again. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseProvenance } from '../../../schemas/manifest.ts';
import { readManifest } from '../../../services/dataset/manifest.ts';
import { verifyOutput } from '../../../services/dataset/verify/verify.ts';
import { openLocalObjects } from '../../../services/runtime/store/objects/local.ts';
import { createHarness, placeRecords, type SinkRecord } from '../../samples/sink-harness.ts';
import { logName } from './producer.ts';

const program = fileURLToPath(new URL('producer.ts', import.meta.url));

/** What a trainer can meet in an output that nobody writes any more. */
export interface Content {
  /** Ids of the samples of each pack. */
  readonly packs: readonly (readonly string[])[];
  readonly samples: ReadonlySet<string>;
}

export class GrowingOutput {
  readonly out: string;
  kills = 0;
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #allowed = 0;
  #written = 0;
  #failure: Error | null = null;
  #told = () => {};

  constructor(folder: string) {
    this.#folder = folder;
    this.out = join(folder, 'out');
  }

  /** Records so many samples and starts the producer, which may write none of them yet. */
  async begin(samples: number): Promise<void> {
    mkdirSync(this.out, { recursive: true });
    const harness = await createHarness(this.#folder);
    const records: SinkRecord[] = [];
    for (let sequence = 0; sequence < samples; sequence += 1) {
      const text = `line ${sequence} of some text\n`.repeat(1 + ((sequence * 7) % 30));
      const repository = { name: `repository-${sequence}`, files: [{ path: 'a.txt', text }] };
      records.push(await harness.trajectory(repository, sequence));
    }
    const lines = placeRecords(records).map((record) => `${JSON.stringify(record)}\n`);
    writeFileSync(join(this.#folder, logName), lines.join(''));
    this.#start();
  }

  /** Lets it grow to so many samples; it takes its time. */
  allow(samples: number): void {
    this.#allowed = samples;
    this.#child?.send(samples);
  }

  kill(): void {
    this.kills += 1;
    this.#child?.kill('SIGKILL');
  }

  /** Waits until all that is allowed is in shards. */
  async caughtUp(): Promise<void> {
    while (this.#written < this.#allowed && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Ends the producer, and reads what there is. */
  async finish(): Promise<Content> {
    this.close();
    await verifyOutput(this.out);
    const store = openLocalObjects(this.out);
    const { entries } = await readManifest(store);
    const packs: string[][] = [];
    const samples = new Set<string>();
    for (const { provenance } of entries.flatMap((entry) => entry.shards)) {
      for (const line of parseProvenance(String(await store.read(provenance.path)))) {
        packs[line.pack] ??= [];
        packs[line.pack]?.push(line.sampleId);
        samples.add(line.sampleId);
      }
    }
    return { packs, samples };
  }

  close(): void {
    const child = this.#child;
    this.#child = null;
    child?.kill('SIGKILL');
  }

  #start(): void {
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const child = fork(program, [this.#folder, this.out], { stdio: [...stdio], execArgv: [] });
    this.#child = child;
    child.send(this.#allowed);
    child.on('message', (written: number) => {
      this.#written = written;
      this.#told();
    });
    child.on('exit', (code) => {
      if (this.#child !== child) return;
      if (code === null) this.#start();
      else this.#failure = new Error(`the producer ended with ${code}`);
      this.#told();
    });
  }
}
