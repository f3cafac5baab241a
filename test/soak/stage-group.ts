/**
 * The processes of a bounded data set on real servers, as people run them: one or several per
 * stage, each under a supervisor that starts it again until it says that nothing is left to do.
 */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type StageName, stageNames } from '../../schemas/topology.ts';
import type { SeededRandom } from '../simulation/random.ts';
import { signalGroup, startBackstory } from './start-backstory.ts';

export interface StageGroupOptions {
  readonly sources: readonly string[];
  readonly dataset: string;
  readonly output: string;
  /** Notes of each process, below a folder of its own. */
  readonly stateFolder?: string;
  /** Environment that names the servers: BACKSTORY_KAFKA_BROKERS and so on. */
  readonly servers: Readonly<Record<string, string>>;
  readonly sets: readonly string[];
  /** More environment of one life, counted from 0: where it crashes. */
  readonly lifeEnvironment?: (stage: StageName, life: number) => Readonly<Record<string, string>>;
  /** Pause before a process that ended with a coded error starts again; null: that is a failure. */
  readonly restartMs: number | null;
}

export interface Exit {
  readonly stage: StageName;
  /** Of its supervisor, from 0. */
  readonly life: number;
  /** Null when it was killed. */
  readonly code: number | null;
  readonly output: string;
  readonly atMs: number;
}

/** One supervised process. */
export interface Member {
  readonly stage: StageName;
  /** Null between two lives. */
  child: ChildProcess | null;
  retired: boolean;
}

export class StageGroup {
  /** Every end of a process that was not its last one. */
  readonly exits: Exit[] = [];
  lives = 0;
  readonly #options: StageGroupOptions;
  readonly #members: Member[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #supervised = 0;
  #over = false;

  constructor(options: StageGroupOptions) {
    this.#options = options;
    // A failure may come before anybody waits.
    this.#ended.promise.catch(() => {});
  }

  /** Resolves when every process has said that nothing is left; rejects when one has failed. */
  get done(): Promise<void> {
    return this.#ended.promise;
  }

  /** Once per data set, before `start`. */
  async createTopics(): Promise<void> {
    const { dataset, servers } = this.#options;
    const apply = startBackstory(['topics', 'apply', '--dataset', dataset], servers);
    const { code, output } = await apply.finished;
    if (code !== 0) throw new Error(`topics apply: exit ${code}: ${output}`);
  }

  /** One process of every stage. */
  start(): void {
    for (const stage of stageNames) this.add(stage);
  }

  add(stage: StageName): Member {
    const member: Member = { stage, child: null, retired: false };
    this.#members.push(member);
    this.#supervised += 1;
    this.#supervise(member, this.#members.length)
      .then(() => {
        this.#supervised -= 1;
        if (this.#supervised === 0) this.#ended.resolve();
      })
      .catch((error: unknown) => this.#ended.reject(error));
    return member;
  }

  /** Those that live now. */
  alive(stage?: StageName): Member[] {
    return this.#members.filter(
      (member) => member.child !== null && (stage === undefined || member.stage === stage),
    );
  }

  /** One of those that live now. */
  anyAlive(random: SeededRandom): Member | undefined {
    const alive = this.alive();
    return alive[random.below(Math.max(1, alive.length))];
  }

  /** False when it was gone already. */
  signal({ child }: Member, signal: NodeJS.Signals): boolean {
    return child !== null && signalGroup(child, signal);
  }

  /** Told to stop, it finishes what it has begun and does not come back. */
  retire(member: Member): void {
    member.retired = true;
    this.signal(member, 'SIGTERM');
  }

  /** Kills what is left. */
  close(): void {
    this.#over = true;
    for (const member of this.#members) this.signal(member, 'SIGKILL');
  }

  async #supervise(member: Member, number: number): Promise<void> {
    const { stage } = member;
    for (let life = 0; !this.#over && !member.retired; life += 1) {
      this.lives += 1;
      const { child, finished } = this.#startOne(stage, number, life);
      member.child = child;
      const { code, output } = await finished;
      member.child = null;
      if (code === 0) return;
      this.exits.push({ stage, life, code, output, atMs: performance.now() });
      if (code === null || this.#over) continue;
      const { restartMs } = this.#options;
      if (restartMs === null) throw new Error(`serve ${stage}: exit ${code}: ${output}`);
      await delay(restartMs);
    }
  }

  #startOne(stage: StageName, number: number, life: number) {
    const { sources, dataset, output, stateFolder, servers, sets, lifeEnvironment } = this.#options;
    const input = stage === 'discover' ? sources : [];
    const state =
      stateFolder === undefined ? [] : ['--state', join(stateFolder, `${stage}-${number}`)];
    const place = ['--dataset', dataset, '--out', output, ...state, '--bounded'];
    const knobs = sets.flatMap((set) => ['--set', set]);
    return startBackstory(['serve', stage, ...input, ...place, ...knobs], {
      ...servers,
      ...lifeEnvironment?.(stage, life),
    });
  }
}
