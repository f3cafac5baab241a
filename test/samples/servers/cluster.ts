/**
 * Real servers for tests: one shared set per run, because a broker takes five seconds to start.
 * Who shares them uses topics, groups and keys of its own (`uniqueName`) and never stops them; a
 * test that kills servers starts a cluster of its own with `startCluster`.
 */
import { inject } from 'vitest';
import { type Cluster, startCluster } from '../../../scripts/cluster/cluster.ts';
import type { ClusterOptions, PartName } from '../../../scripts/cluster/settings.ts';
import './cluster-setup.ts';

/** Free ports and small heaps. */
export const smallCluster = {
  kafkaPort: 0,
  kafkaControllerPort: 0,
  registryPort: 0,
  redisPort: 0,
  objectsPort: 0,
  kafkaHeapMb: 256,
  registryHeapMb: 256,
  objectsHeapMb: 128,
  // A killed member is missed sooner than the broker's default of 6 s allows.
  kafkaProperties: ['group.min.session.timeout.ms=1000'],
} satisfies Partial<ClusterOptions>;

/** Time for `beforeAll`: the very first start fetches jars, and other tests load the machine. */
export const clusterStartMsMax = 240_000;

export function sharedCluster(...parts: PartName[]): Promise<Cluster> {
  return startCluster({ ...smallCluster, folder: inject('clusterFolder'), parts });
}

let names = 0;

/** A name that no other test of this run, and no earlier run, has used. */
export function uniqueName(stem: string): string {
  names += 1;
  return `${stem}-${process.pid}-${Date.now().toString(36)}-${names}`;
}
