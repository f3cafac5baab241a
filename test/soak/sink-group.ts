/**
 * Several sink processes over one recorded log and one output folder, killed and paused at random.
 * The parent does what a consumer group does: it divides partitions among those it can reach, gives
 * those of a dead or silent one to the others, and so delivers records again. A paused one comes
 * back as a zombie that believes it still owns its partitions.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseProvenance } from '../../schemas/manifest.ts';
import { decodeShard } from '../../schemas/mds.ts';
import { readManifest } from '../../services/dataset/manifest.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  droppedRecord,
  type Harness,
  placeRecords,
  type SinkRecord,
} from '../samples/sink-harness.ts';
import { type SeededRandom, seededRandom } from '../simulation/random.ts';
import { type Assignment, groupKnobs, logName, type Quiet } from './sink-process.ts';

const partitions = 8;
const program = fileURLToPath(new URL('sink-process.ts', import.meta.url));

export interface GroupOptions {
  readonly folder: string;
  readonly writers: number;
  /** Kills and pauses to land; outputs are begun anew until they have. */
  readonly faults: number;
  readonly seed: number;
  readonly bounded: boolean;
  readonly samples: number;
}

export interface GroupReport {
  readonly outputs: number;
  readonly kills: number;
  readonly pauses: number;
  /** Files of killed and losing writers that the last of them left for the next start to remove. */
  readonly leftovers: number;
  /** Broken promises; empty when all is well. */
  readonly problems: readonly string[];
}

interface Member {
  readonly child: ChildProcess;
  /** Last generation whose work it finished; -1 before it is ready. */
  quiet: number;
  paused: boolean;
  partitions: readonly number[];
}

export async function runGroup(options: GroupOptions): Promise<GroupReport> {
  const random = seededRandom(options.seed);
  const harness = await createHarness(options.folder);
  const { log, expected } = await recordLog(options, harness);
  writeFileSync(join(options.folder, logName), log.map((it) => `${JSON.stringify(it)}\n`).join(''));
  const report = { outputs: 0, kills: 0, pauses: 0, leftovers: 0, problems: [] as string[] };
  while (report.kills + report.pauses < options.faults && report.problems.length === 0) {
    const out = join(options.folder, `group-${options.writers}-${report.outputs}`);
    mkdirSync(out);
    const group = new Group(options, out, random);
    const faults = options.faults - report.kills - report.pauses;
    await group.run(faults);
    report.outputs += 1;
    report.kills += group.kills;
    report.pauses += group.pauses;
    report.problems.push(...group.problems);
    report.leftovers += (await verifyOutput(out)).unlisted.length;
    (await harness.open(out, { bounded: options.bounded, knobs: groupKnobs })).begin();
    const problems = await checkOutput(out, expected, options.bounded);
    report.problems.push(...problems.map((problem) => `${out}: ${problem}`));
  }
  return report;
}

/** The log with dropped and repeated records, and what one undisturbed sink makes of it. */
async function recordLog(
  options: GroupOptions,
  harness: Harness,
): Promise<{ log: SinkRecord[]; expected: readonly string[] }> {
  const records: SinkRecord[] = [];
  for (let sequence = 0; sequence < options.samples; sequence += 1) {
    if (sequence % 9 === 4) {
      records.push(droppedRecord(sequence));
      continue;
    }
    const text = `line of ${sequence} <|endoftext|>\n`.repeat(1 + ((sequence * 7) % 30));
    const repository = { name: `repository-${sequence}`, files: [{ path: 'a.txt', text }] };
    const record = await harness.trajectory(repository, sequence);
    records.push(record);
    if (sequence % 11 === 5) records.push(record);
  }
  records.push(closedRecord(options.samples));
  const log = placeRecords(records, (_, position) => (position * 5) % partitions);
  const out = join(options.folder, 'single');
  const writer = await harness.open(out, { bounded: options.bounded, knobs: groupKnobs });
  await deliver(writer, log);
  if (!options.bounded) await writer.idle?.();
  return { log, expected: (await readContents(out)).contents };
}

/** Sample, piece and a hash of tokens and mask for every piece in the shards, sorted. */
async function readContents(out: string): Promise<{ contents: string[]; carried: number }> {
  const store = openLocalObjects(out);
  const { entries } = await readManifest(store);
  const contents: string[] = [];
  for (const shard of entries.flatMap((entry) => entry.shards)) {
    const packs = decodeShard((await store.read(shard.path)) ?? Buffer.alloc(0));
    const lines = parseProvenance(String(await store.read(shard.provenance.path)));
    for (const { pack, tokens, sampleId, piece } of lines) {
      const { inputIds, mask } = packs[pack - shard.firstPack] ?? {};
      const content = sha256(
        `${inputIds?.subarray(...tokens).join(' ')} ${mask?.subarray(...tokens).join('')}`,
      );
      contents.push(`${sampleId} ${piece} ${content}`);
    }
  }
  return { contents: contents.sort(), carried: entries.at(-1)?.carried.samples.length ?? 0 };
}

async function checkOutput(
  out: string,
  expected: readonly string[],
  bounded: boolean,
): Promise<string[]> {
  const problems: string[] = [];
  try {
    const verified = await verifyOutput(out);
    const { length } = verified.unlisted;
    if (length > 0) problems.push(`${length} files that no entry names`);
    if (verified.closed !== bounded) problems.push(`closed is ${verified.closed}`);
    const { contents, carried } = await readContents(out);
    if (carried > 0) problems.push(`${carried} samples are not sealed`);
    const lost = expected.filter((line) => !contents.includes(line)).length;
    const extra = contents.length - (expected.length - lost);
    if (lost + extra > 0) problems.push(`${lost} pieces lost, ${extra} repeated or strange`);
  } catch (error) {
    problems.push(String(error));
  }
  return problems;
}

class Group {
  kills = 0;
  pauses = 0;
  readonly problems: string[] = [];
  readonly #options: GroupOptions;
  readonly #out: string;
  readonly #random: SeededRandom;
  readonly #members = new Set<Member>();
  #generation = 0;

  constructor(options: GroupOptions, out: string, random: SeededRandom) {
    this.#options = options;
    this.#out = out;
    this.#random = random;
  }

  async run(faults: number): Promise<void> {
    for (let index = 0; index < this.#options.writers; index += 1) this.#start();
    while (!this.#isFinished() && this.problems.length === 0) {
      await delay(5 + this.#random.below(80));
      const active = [...this.#members].filter((member) => member.quiet >= 0 && !member.paused);
      const member = active[this.#random.below(Math.max(1, active.length))];
      if (member === undefined || this.kills + this.pauses >= faults) continue;
      if (this.#random.next() < 0.5) await this.#kill(member);
      else void this.#pause(member);
    }
    await Promise.all([...this.#members].map((member) => stop(member.child)));
  }

  #start(): void {
    const mode = this.#options.bounded ? 'bounded' : 'live';
    const child = fork(program, [this.#options.folder, this.#out, mode], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    const member: Member = { child, quiet: -1, paused: false, partitions: [] };
    this.#members.add(member);
    let errors = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on('message', ({ generation }: Quiet) => {
      const joins = member.quiet < 0;
      member.quiet = generation;
      if (joins) this.#divide();
    });
    child.on('exit', (code) => {
      if (code !== 0 && code !== null) this.problems.push(`a sink failed: ${errors}`);
    });
  }

  async #kill(member: Member): Promise<void> {
    this.kills += 1;
    this.#members.delete(member);
    await stop(member.child);
    this.#divide();
    this.#start();
  }

  /** The others take over before it goes on with what it had in mind. */
  async #pause(member: Member): Promise<void> {
    this.pauses += 1;
    member.paused = true;
    member.child.kill('SIGSTOP');
    this.#divide();
    await delay(20 + this.#random.below(300));
    member.child.kill('SIGCONT');
    await delay(this.#random.below(60));
    member.paused = false;
    this.#divide();
  }

  /** A bounded run's order needs all records, so there every sink reads everything. */
  #divide(): void {
    this.#generation += 1;
    const reachable = [...this.#members].filter((member) => member.quiet >= 0 && !member.paused);
    for (const [position, member] of reachable.entries()) {
      const all = Array.from({ length: partitions }, (_, partition) => partition);
      member.partitions = this.#options.bounded
        ? all
        : all.filter((partition) => partition % reachable.length === position);
      const assignment: Assignment = {
        generation: this.#generation,
        partitions: member.partitions,
      };
      if (member.child.connected) member.child.send(assignment, () => {});
    }
  }

  #isFinished(): boolean {
    const members = [...this.#members];
    return members.every((member) => !member.paused && member.quiet === this.#generation);
  }
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
