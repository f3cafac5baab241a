/**
 * A TCP proxy before a broker that misbehaves on command: it drops answers to chosen requests,
 * cuts connections, stalls, or lets nobody in. It reads Kafka's frames (a length, then for requests
 * api key, version and correlation id, for answers the correlation id) and changes none.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Api keys of the requests that tests aim at. */
export const apiKeys = { produce: 0, fetch: 1, offsetCommit: 8, joinGroup: 11, heartbeat: 12 };

export interface CuttingProxy {
  readonly port: number;
  /** Answers that were dropped. */
  readonly dropped: number;
  /** From now on an answer to such a request is dropped when the rule says so; null for none. */
  dropAnswers(apiKey: number, rule: (() => boolean) | null): void;
  /** Ends every connection now. */
  cut(): void;
  /** Nothing passes in either direction, connections stay open, until `go`. */
  stall(): void;
  /** Like a broken network: connections end and new ones are refused, until `go`. */
  partition(): void;
  go(): void;
  close(): Promise<void>;
}

type Mode = 'open' | 'stalled' | 'partitioned';

/** Listens at once; `upstream` may be started later. */
export async function openCuttingProxy(upstreamPort: number, host = '127.0.0.1') {
  const proxy = new FrameProxy(upstreamPort, host);
  await proxy.listen();
  return proxy as CuttingProxy;
}

/** Cuts a stream of bytes into frames, each with its length in front. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);

  take(data: Buffer): Buffer[] {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

class FrameProxy implements CuttingProxy {
  readonly #upstreamPort: number;
  readonly #host: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #rules = new Map<number, () => boolean>();
  #waiting: (() => void)[] = [];
  #mode: Mode = 'open';
  dropped = 0;

  constructor(upstreamPort: number, host: string) {
    this.#upstreamPort = upstreamPort;
    this.#host = host;
    this.#server = createServer((client) => this.#accept(client));
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, this.#host, resolve);
    });
  }

  dropAnswers(apiKey: number, rule: (() => boolean) | null): void {
    if (rule === null) this.#rules.delete(apiKey);
    else this.#rules.set(apiKey, rule);
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  stall(): void {
    this.#mode = 'stalled';
  }

  partition(): void {
    this.#mode = 'partitioned';
    this.cut();
  }

  go(): void {
    this.#mode = 'open';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const pass of waiting) pass();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    if (this.#mode === 'partitioned') {
      client.destroy();
      return;
    }
    const broker = connect({ host: this.#host, port: this.#upstreamPort });
    const requests = new Map<number, number>();
    const asked = new Frames();
    const answered = new Frames();
    this.#pair(client, broker);
    client.on('data', (data: Buffer) => {
      for (const frame of asked.take(data)) {
        requests.set(frame.readInt32BE(8), frame.readInt16BE(4));
        this.#pass(broker, frame);
      }
    });
    broker.on('data', (data: Buffer) => {
      for (const frame of answered.take(data)) {
        const correlation = frame.readInt32BE(4);
        const apiKey = requests.get(correlation) ?? -1;
        requests.delete(correlation);
        if (this.#rules.get(apiKey)?.() === true) this.dropped += 1;
        else this.#pass(client, frame);
      }
    });
  }

  /** What ends one side ends the other. */
  #pair(client: Socket, broker: Socket): void {
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  #pass(target: Socket, frame: Buffer): void {
    const write = () => {
      if (!target.destroyed) target.write(frame);
    };
    if (this.#mode === 'stalled') this.#waiting.push(write);
    else write();
  }
}
