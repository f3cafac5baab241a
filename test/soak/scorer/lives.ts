/** The scorer service in one life after the other, each killed with SIGKILL. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('lives.py', import.meta.url));
const packageFolder = fileURLToPath(new URL('../../../services/scorer/gpu', import.meta.url));

export interface ScorerLives {
  /** Starts a life; its address once it answers. */
  start(): Promise<string>;
  /** Ends the life with SIGKILL, and resolves when it is gone. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** The parameters are those of the service. */
export function openScorerLives(python: string, parameters: readonly string[]): ScorerLives {
  const parent = spawn(python, [script, ...parameters], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: packageFolder, OMP_NUM_THREADS: '1' },
  });
  const exited = new Promise<void>((resolve) => parent.once('exit', () => resolve()));
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  let pid: number | null = null;

  /** What follows the word in the next line that begins with it. */
  const told = async (word: string): Promise<string> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the parent of the scorer has ended');
      if (value.startsWith(`${word} `)) return value.slice(word.length + 1);
    }
  };

  const kill = async () => {
    if (pid === null) return;
    process.kill(pid, 'SIGKILL');
    pid = null;
    await told('end');
  };
  return {
    start: async () => {
      parent.stdin.write('\n');
      pid = Number(await told('life'));
      return told('ready');
    },
    kill,
    close: async () => {
      await kill();
      parent.stdin.end();
      await exited;
    },
  };
}
