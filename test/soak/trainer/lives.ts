/** The process that forks lives of a trainer (lives.py): one question at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('lives.py', import.meta.url));
const wings = ['feed', 'trainer'].map((wing) =>
  fileURLToPath(new URL(`../../../services/${wing}`, import.meta.url)),
);

export interface Life {
  readonly processes: number;
  readonly log: string;
  /** Of the trainer, by its names. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Ranks in the order of their kills, each with the seconds since the one before it. */
  readonly kill?: readonly (readonly [number, number])[];
}

export interface Lived {
  /** Exit codes of those that had ended before the first kill. */
  readonly early: readonly number[];
  readonly codes: readonly number[];
}

export interface Compared {
  readonly tensors: number;
  readonly different: readonly string[];
}

export class Lives {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;

  constructor(python: string) {
    const env = { ...process.env, PYTHONPATH: wings.join(':'), OMP_NUM_THREADS: '1' };
    this.#child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'inherit'], env });
    if (this.#child.stdout === null) throw new Error('a pipe is a stream');
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  live(life: Life): Promise<Lived> {
    return this.#ask(life);
  }

  /** The newest checkpoints of two runs. */
  compare(one: string, other: string): Promise<Compared> {
    return this.#ask({ compare: [one, other] });
  }

  close(): void {
    this.#child.stdin?.end();
    this.#lines.close();
  }

  async #ask<Answer>(question: unknown): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error(`${program} has ended`);
    return JSON.parse(value) as Answer;
  }
}
