/**
 * Time and memory of a process and its descendants from Linux's /proc. The time of an ended process
 * is in the counters of the parent that waited for it.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second: fixed on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface ProcessStat {
  readonly id: number;
  readonly parent: number;
  readonly ticks: number;
}

export interface Memory {
  /** Resident bytes of all processes; a shared page counts once per process. */
  readonly resident: number;
  /** The same with each shared page counted once in all. */
  readonly proportional: number;
}

/** Seconds of processor time of a process, its descendants, and those of them that ended. */
export function cpuSecondsOf(root: number): number {
  return processTree(root).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

export function memoryOf(root: number): Memory {
  let resident = 0;
  let proportional = 0;
  for (const { id } of processTree(root)) {
    const text = readProc(id, 'smaps_rollup') ?? '';
    const kilobytes = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
    resident += kilobytes('Rss') * 1024;
    proportional += kilobytes('Pss') * 1024;
  }
  return { resident, proportional };
}

function processTree(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  const found = all.filter(({ id }) => id === root);
  // The list grows while it is walked: children are appended after their parent.
  for (const { id } of found) found.push(...(byParent.get(id) ?? []));
  return found;
}

/** Null when it ended meanwhile. */
function readStat(id: number): ProcessStat | null {
  const text = readProc(id, 'stat');
  if (text === null) return null;
  // The fields after the name, which is in parentheses and may hold spaces: state, parent, …
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Own user and system time, then that of the children it has waited for.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { id, parent: Number(fields[1]), ticks };
}

function readProc(id: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'utf8');
  } catch {
    // The process ended meanwhile.
    return null;
  }
}
