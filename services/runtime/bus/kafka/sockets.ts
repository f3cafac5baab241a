/**
 * The sockets below kafkajs's connections, as it would make them, and known: who closes the bus can
 * end what still waits for an answer that does not come, and what would connect again.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

const keepAliveMs = 60_000;

export interface Sockets {
  readonly factory: ISocketFactory;
  /** Breaks every connection, and lets none be made: what was asked on them fails at once. */
  destroy(): void;
}

export function trackSockets(): Sockets {
  const open = new Set<Socket>();
  let destroyed = false;
  return {
    factory: ({ host, port, ssl, onConnect }) => {
      if (destroyed) throw new Error('the bus is closed');
      const name = isIP(host) === 0 ? { servername: host } : {};
      // Without encryption kafkajs gives false, whatever its type says.
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
