/** Servers that may be harmed: a broker behind a proxy on a small disk, registry and Redis. */
import { join } from 'node:path';
import { down, startCluster } from '../../../scripts/cluster/cluster.ts';
import { freePort } from '../../../scripts/cluster/ports.ts';
import { openCuttingProxy } from '../../samples/servers/cutting-proxy.ts';
import { mountDisk } from './disks.ts';
import type { Servers } from './fault.ts';

/** Far above what a data set of the suite needs. */
const diskMegabytes = 512;

export interface OpenServers extends Servers {
  close(): Promise<void>;
}

export async function openServers(folder: string): Promise<OpenServers> {
  const serversFolder = join(folder, 'servers');
  const kafkaPort = await freePort();
  const proxy = await openCuttingProxy(kafkaPort);
  const broker = await mountDisk(join(serversFolder, 'kafka'), diskMegabytes);
  const output = await mountDisk(join(folder, 'disk'), diskMegabytes);
  const close = async () => {
    await down(serversFolder);
    await proxy.close();
    await broker?.unmount();
    await output?.unmount();
  };
  const starting = startCluster({
    ...{ folder: serversFolder, parts: ['kafka', 'registry', 'redis'] },
    ...{ kafkaPort, kafkaAdvertisedPort: proxy.port },
    ...{ kafkaControllerPort: 0, registryPort: 0, redisPort: 0 },
  });
  const cluster = await starting.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    cluster,
    proxy,
    disks: broker === null || output === null ? null : { broker, output },
    redis: cluster.address('redis'),
    close,
  };
}
