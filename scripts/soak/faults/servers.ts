/** Servers that may be harmed: a broker behind a proxy, on a disk that fills, and a registry. */
import { join } from 'node:path';
import { openCuttingProxy } from '../../../test/samples/cutting-proxy.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { freePort } from '../../cluster/ports.ts';
import type { Servers } from './fault.ts';

export interface OpenServers extends Servers {
  close(): Promise<void>;
}

export async function openServers(folder: string): Promise<OpenServers> {
  const kafkaPort = await freePort();
  const proxy = await openCuttingProxy(kafkaPort);
  const cluster = await startCluster({
    ...{ folder: join(folder, 'servers'), parts: ['kafka', 'registry'] },
    ...{ kafkaPort, kafkaAdvertisedPort: proxy.port },
    ...{ kafkaControllerPort: 0, registryPort: 0, redisPort: 0 },
  });
  return {
    cluster,
    proxy,
    disks: null,
    close: async () => {
      await cluster.down();
      await proxy.close();
    },
  };
}
