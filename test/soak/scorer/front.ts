/**
 * One address before a service that comes and goes on other ports, as a supervisor and a load
 * balancer would have it; tells how many requests wait for their answer.
 */
import { connect, createServer, type Socket } from 'node:net';
import { listen } from '../../samples/servers/listen.ts';

export interface Front {
  readonly url: string;
  /** Connections on which something was asked and not answered yet. */
  underWay(): number;
  /** From now on; null refuses all. */
  leadTo(url: string | null): void;
  close(): Promise<void>;
}

export async function openFront(): Promise<Front> {
  let port: number | null = null;
  const sockets = new Set<Socket>();
  const waiting = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('close', () => {
      sockets.delete(client);
      waiting.delete(client);
    });
    client.on('error', () => client.destroy());
    if (port === null) {
      client.destroy();
      return;
    }
    const service = connect(port, '127.0.0.1');
    service.on('error', () => client.destroy());
    service.on('close', () => client.destroy());
    client.on('close', () => service.destroy());
    client.on('data', () => waiting.add(client));
    service.on('data', () => waiting.delete(client));
    client.pipe(service);
    service.pipe(client);
  });
  const url = await listen(server);
  return {
    url,
    underWay: () => waiting.size,
    leadTo: (address) => {
      port = address === null ? null : Number(new URL(address).port);
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
