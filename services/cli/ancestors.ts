/**
 * Watches the processes that stand between this one and whoever started it. npm, a shell and the
 * launcher wait for the program and do not always pass a signal on: killed alone, they would leave
 * it running without anybody who knows of it. When one of them is gone, the program stops.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** The launcher names itself here for the program that it starts. */
export const launcherVariable = 'LAUNCHED_BY_PID';

interface ProcessFacts {
  readonly parent: number;
  readonly session: number;
  /** Empty for a process that has ended and is not collected yet. */
  readonly command: readonly string[];
}

/** How often is looked: a supervisor waits seconds before it kills. */
const pollMs = 250;

/**
 * Calls `onGone` once when one of them is gone. Looking never keeps the process alive. Without
 * /proc (not Linux) only npm and the launcher are known, by what they put into the environment.
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

/** The processes that wait for this one, its parent first. */
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

/** Whether each is still the parent of the one below; an orphan gets another parent at once. */
function isWhole(chain: readonly number[]): boolean {
  if (process.ppid !== chain[0]) return false;
  return chain.slice(1).every((above, index) => factsOf(chain[index] ?? 0)?.parent === above);
}

/** npm names itself by what it does: `npm exec backstory`, `npm run serve`. */
function isNpm({ command: [title = '', script = ''] }: ProcessFacts): boolean {
  return /^(?:npm|npx)(?:\s|$)/.test(title) || /^(?:npm|npx)(?:-cli\.js)?$/.test(basename(script));
}

const shells = new Set(['sh', 'dash', 'bash', 'zsh', 'ksh', 'ash', 'busybox']);

/**
 * A shell that runs a command line or a script, and this process in its foreground. One that a
 * person types into is a session's matter (SIGHUP); a process that a shell puts into the background
 * gets another input, and is meant to outlive it.
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

/** Node sets this flag on its own; it says nothing of how the input was opened. */
const closeOnExec = 0o2000000;

/** What standard input is, and how it was opened: a shell's background opens /dev/null itself. */
function inputOf(pid: number): string | null {
  try {
    const facts = readFileSync(`/proc/${pid}/fdinfo/0`, 'utf8');
    const flags = Number.parseInt(/^flags:\s*(\d+)$/m.exec(facts)?.[1] ?? '', 8);
    return `${readlinkSync(`/proc/${pid}/fd/0`)} ${flags & ~closeOnExec}`;
  } catch {
    // Closed, gone, or another user's.
    return null;
  }
}

/** Null when the process is gone, a zombie, or not to be seen. */
function factsOf(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets; what follows its last bracket does not.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent, , session] = fields;
    if (state === 'Z' || state === 'X') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { parent: Number(parent), session: Number(session), command };
  } catch {
    // No /proc, or no such process.
    return null;
  }
}
