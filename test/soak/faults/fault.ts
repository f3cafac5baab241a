/**
 * What a fault is, and what it is let loose on: a bounded data set in the middle of its work, one
 * process per stage on real servers. Each fault says how often it struck and when work went on.
 */
import type { StageName } from '../../../schemas/topology.ts';
import type { Cluster } from '../../../scripts/cluster/cluster.ts';
import type { CuttingProxy } from '../../samples/servers/cutting-proxy.ts';
import type { SeededRandom } from '../../simulation/random.ts';
import type { StageGroup } from '../stage-group.ts';
import type { Monitor } from './monitor.ts';

export interface Servers {
  readonly cluster: Cluster;
  /** Between every process and the broker; null where the cluster is shared with others. */
  readonly proxy: CuttingProxy | null;
  /** Small file systems that can be filled; null where none can be mounted. */
  readonly disks: Disks | null;
  /** Null: every process counts its own calls. */
  readonly redis: string | null;
}

export interface Disks {
  /** Holds the broker's log. */
  readonly broker: Disk;
  /** Holds the output: blobs, memo, shards, manifest. */
  readonly output: Disk;
}

export interface Disk {
  readonly folder: string;
  /** Leaves no room for another byte. */
  fill(): void;
  free(): void;
}

export interface Field {
  readonly servers: Servers;
  readonly group: StageGroup;
  readonly monitor: Monitor;
  readonly random: SeededRandom;
  readonly dataset: string;
  readonly folder: string;
  /** The data set's own: blobs, memo, shards, manifest. */
  readonly output: string;
  /** Aborted when the data set is complete, or is given up. */
  readonly over: AbortSignal;
  readonly report: FieldReport;
}

/** What a fault notes while it strikes. */
export interface FieldReport {
  tried: number;
  worstRecoveryMs: number;
  /** Records of its own, and what becomes of them, by topic. */
  readonly strange: Record<string, number>;
  /** What it took away: nobody can have it, and everybody must say so. */
  readonly taken: {
    /** Repositories whose bytes are gone. */
    readonly repositories: Set<string>;
    /** Topics that do not hold all of their records any more. */
    readonly topics: Set<string>;
  };
  readonly problems: string[];
}

export interface Fault {
  readonly name: string;
  /** Short enough for `npm test`, and gentle with servers that others use. */
  readonly quick: boolean;
  /** Where the output must lie. */
  readonly onSmallDisk?: boolean;
  /** The data set cannot be completed: the fault looks by itself how its processes end. */
  readonly isFatal?: boolean;
  readonly sets?: readonly string[];
  /** Environment of each life of a stage's process. */
  readonly lives?: (
    random: SeededRandom,
  ) => (stage: StageName, life: number) => Readonly<Record<string, string>>;
  /** Strikes a group that has started; returns when it is over, or when the data set is. */
  readonly strike: (field: Field) => Promise<void>;
}

/**
 * Does harm and undoes it, and measures how long those that were hit then take to go on. What is
 * waited for is that they commit again, or have nothing left.
 */
export async function strikeOnce(
  field: Field,
  affected: readonly StageName[],
  harm: () => Promise<void>,
): Promise<void> {
  const { monitor, report, over } = field;
  const before = await monitor.positions();
  await harm();
  report.tried += 1;
  const recoveryMs = before === null ? 0 : await monitor.recovery(before, affected, over);
  report.worstRecoveryMs = Math.max(report.worstRecoveryMs, recoveryMs);
}

/** Waits, but not beyond the end of the data set. */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (over.aborted) return resolve();
    const timer = setTimeout(end, ms);
    over.addEventListener('abort', end, { once: true });
    function end() {
      clearTimeout(timer);
      over.removeEventListener('abort', end);
      resolve();
    }
  });
}

/** Waits until work is under way: a first repository has come through. */
export function underWay({ monitor, over }: Field, trajectories = 1): Promise<boolean> {
  return monitor.reaches('trajectory', trajectories, over);
}
