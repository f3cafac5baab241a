/**
 * Watches the ancestor processes that wait for this program: npm, a shell and the launcher. They do
 * not always pass a signal on, so killing one of them alone would leave the program running
 * unnoticed. When one of them is gone, the program stops.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** The environment variable in which the launcher gives its process id to the program. */
export const launcherVariable = 'LAUNCHED_BY_PID';

interface ProcessFacts {
  readonly parent: number;
  readonly session: number;
  /** Empty for a process without a command line, such as one of the kernel's. */
  readonly command: readonly string[];
}

/** Interval between two checks; it is short, since supervisors wait seconds before they kill. */
const pollMs = 250;

/**
 * Calls `onGone` once when a waiting ancestor is gone. The timer never keeps the process alive.
 * Without /proc (not Linux) only npm and the launcher are known, by their environment variables.
 */
export function watchAncestors(
  environment: Readonly<Record<string, string | undefined>>,
  onGone: () => void,
): void {
  const chain = waitingAncestors(process.pid, environment);
  if (chain.length === 0) return;
  const timer = setInterval(() => {
    if (isWhole(chain)) return;
    clearInterval(timer);
    onGone();
  }, pollMs);
  timer.unref();
}

/** Returns the ids of the ancestors that wait for this process, its parent first. */
export function waitingAncestors(
  own: number,
  environment: Readonly<Record<string, string | undefined>>,
): number[] {
  const launcher = Number(environment[launcherVariable] ?? Number.NaN);
  const facts = factsOf(own);
  if (facts === null) {
    const known = environment.npm_command !== undefined || Number.isInteger(launcher);
    return known ? [process.ppid] : [];
  }
  const chain: number[] = [];
  let [child, below] = [own, facts];
  for (;;) {
    const { parent } = below;
    const above = factsOf(parent);
    if (parent <= 1 || above === null) return chain;
    const waits =
      parent === launcher || isNpm(above) || isWaitingShell(parent, above, child, below);
    if (!waits) return chain;
    chain.push(parent);
    [child, below] = [parent, above];
  }
}

/** Whether each process is still the parent of the next; an orphan gets a new parent at once. */
function isWhole(chain: readonly number[]): boolean {
  if (process.ppid !== chain[0]) return false;
  return chain.slice(1).every((above, index) => factsOf(chain[index] ?? 0)?.parent === above);
}

/** Whether the process is npm, whose title may be its command line, as in `npm run serve`. */
function isNpm({ command: [title = '', script = ''] }: ProcessFacts): boolean {
  return /^(?:npm|npx)(?:\s|$)/.test(title) || /^(?:npm|npx)(?:-cli\.js)?$/.test(basename(script));
}

const shells = new Set(['sh', 'dash', 'bash', 'zsh', 'ksh', 'ash', 'busybox']);

/**
 * Whether the process is a shell that runs a command line or script and waits for the child. An
 * interactive shell does not count: SIGHUP ends its session. A child in the background does not
 * count either: the shell gives it another input, and it is meant to outlive the shell.
 */
function isWaitingShell(
  shell: number,
  { command: [program = '', ...parameters], session }: ProcessFacts,
  child: number,
  childFacts: ProcessFacts,
): boolean {
  if (!shells.has(basename(program)) || parameters.length === 0) return false;
  const asks = parameters.every((each) => /^-[il]+$|^--login$/.test(each));
  if (asks || session !== childFacts.session) return false;
  const [theirs, ours] = [inputOf(shell), inputOf(child)];
  return theirs !== null && theirs === ours;
}

/** Node sets this flag itself, so the flag does not show how the input was opened. */
const closeOnExec = 0o2000000;

/**
 * Returns the file behind standard input and its open flags. They tell the background apart: there
 * a shell opens /dev/null itself.
 */
function inputOf(pid: number): string | null {
  try {
    const facts = readFileSync(`/proc/${pid}/fdinfo/0`, 'utf8');
    const flags = Number.parseInt(/^flags:\s*(\d+)$/m.exec(facts)?.[1] ?? '', 8);
    return `${readlinkSync(`/proc/${pid}/fd/0`)} ${flags & ~closeOnExec}`;
  } catch {
    // The input is closed, the process is gone, or it belongs to another user.
    return null;
  }
}

/** Returns null if the process is gone, a zombie, or not visible. */
function factsOf(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets; the fields after the last bracket do not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, , session] = fields;
    if (state === 'Z' || state === 'X') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { parent: Number(parent), session: Number(session), command };
  } catch {
    // There is no /proc, or no such process.
    return null;
  }
}
