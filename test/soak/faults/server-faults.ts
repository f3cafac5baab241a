/** What stands beside the broker is gone for a while, a disk is full, and processes come and go. */
import { Redis } from 'ioredis';
import { type StageName, stageNames } from '../../../schemas/topology.ts';
import type { PartName } from '../../../scripts/cluster/settings.ts';
import { type Disk, type Fault, type Field, pause, strikeOnce, underWay } from './fault.ts';

const awayMs = 15_000;

/** Killed, away while processes start that have never seen it, and back on its data. */
async function killServer(field: Field, part: PartName): Promise<void> {
  const { cluster } = field.servers;
  await cluster.signal(part, 'SIGKILL');
  for (const stage of ['plan', 'flatten'] as const) {
    const member = field.group.alive(stage)[0];
    if (member !== undefined) field.group.signal(member, 'SIGKILL');
  }
  await pause(awayMs, field.over);
  await cluster.start(part);
}

const registryDown: Fault = {
  name: 'registry: kill -9, away for 15 s',
  quick: false,
  strike: async (field) => {
    await underWay(field, 3);
    await strikeOnce(field, stageNames, () => killServer(field, 'registry'));
  },
};

const redisDown: Fault = {
  name: 'redis: kill -9, away for 15 s, flushed',
  quick: false,
  strike: async (field) => {
    await underWay(field, 3);
    await strikeOnce(field, ['plan', 'simulate', 'search'], async () => {
      await killServer(field, 'redis');
      const client = new Redis(field.servers.cluster.address('redis'));
      await client.flushall();
      client.disconnect();
    });
  },
};

/** Fills a disk in the middle of the work, and frees it after a while. */
async function fillDisk(
  field: Field,
  name: 'broker' | 'output',
  free: (disk: Disk) => void | Promise<void>,
): Promise<void> {
  const { disks } = field.servers;
  if (disks === null) throw new Error('this fault needs file systems: run it as root');
  await underWay(field, 3);
  await strikeOnce(field, stageNames, async () => {
    disks[name].fill();
    await pause(awayMs, field.over);
    await free(disks[name]);
  });
}

const fullOutput: Fault = {
  name: 'disk full under blobs, memo and shards for 15 s',
  quick: false,
  onSmallDisk: true,
  strike: (field) => fillDisk(field, 'output', (disk) => disk.free()),
};

/** A broker whose log cannot be written ends by itself; who frees the disk starts it again. */
const fullLog: Fault = {
  name: "disk full under the broker's log for 15 s",
  quick: false,
  strike: (field) =>
    fillDisk(field, 'broker', async (disk) => {
      await field.servers.cluster.signal('kafka', 'SIGKILL');
      disk.free();
      await field.servers.cluster.start('kafka');
    }),
};

/** Three more of every stage that can share its work, and then one again. */
const scaling: Fault = {
  name: 'scaling: 1 to 4 to 1 processes per stage',
  quick: false,
  strike: async (field) => {
    const shared: readonly StageName[] = stageNames.filter((stage) => stage !== 'discover');
    await underWay(field);
    const first = new Set(field.group.alive());
    await strikeOnce(field, shared, async () => {
      for (const stage of shared) for (let more = 0; more < 3; more += 1) field.group.add(stage);
    });
    await underWay(field, 8);
    if (field.over.aborted) return;
    await strikeOnce(field, shared, async () => {
      for (const member of field.group.alive()) {
        // Those that were there first go, so that every partition moves.
        if (first.has(member) && member.stage !== 'discover') field.group.retire(member);
      }
      for (const stage of shared) {
        const later = field.group.alive(stage).filter((member) => !first.has(member));
        for (const member of later.slice(1)) field.group.retire(member);
      }
    });
  },
};

export const serverFaults: readonly Fault[] = [
  registryDown,
  redisDown,
  fullOutput,
  fullLog,
  scaling,
];
