/**
 * Makes the sockets of kafkajs's connections as kafkajs would, and keeps track of them, so that
 * closing the bus can break connections that still wait for an answer and prevent new ones.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;

export interface Sockets {
  readonly factory: ISocketFactory;
  /** Breaks every connection and prevents new ones: requests waiting on them fail at once. */
  destroy(): void;
}

export function trackSockets(): Sockets {
  const open = new Set<Socket>();
  let destroyed = false;
  return {
    factory: ({ host, port, ssl, onConnect }) => {
      if (destroyed) throw new Error('the bus is closed');
      const name = isIP(host) === 0 ? { servername: host } : {};
      // Without encryption kafkajs passes false, whatever its type says.
      const socket = ssl
        ? connectTls({ host, port, ...name, ...ssl }, onConnect)
        : connect({ host, port }, onConnect);
      socket.setKeepAlive(true, keepAliveMs);
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      return socket;
    },
    destroy: () => {
      destroyed = true;
      for (const socket of open) socket.destroy(new Error('the bus is closed'));
    },
  };
}
