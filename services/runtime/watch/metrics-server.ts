/**
 * What a process serves over HTTP: `/metrics` to Prometheus, and to a supervisor `/healthz` (the
 * event loop responds) and `/readyz` (the process can work).
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelineError } from '../errors.ts';
import { hidePlaces } from '../redact.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A process's own view of whether it can work. */
export interface Readiness {
  readonly ready: boolean;
  /** What is missing; empty when ready. */
  readonly problems: readonly string[];
  /** Partitions held by stage; null for a source. A stage with 0 partitions is a stand-by. */
  readonly partitions: Readonly<Record<string, number | null>>;
}

export interface MetricsServerOptions {
  readonly metrics: Metrics;
  /** 0 takes a free port. */
  readonly port: number;
  readonly host?: string;
  readonly readiness?: () => Promise<Readiness>;
  /** Removes secrets from what is served. */
  readonly hide?: (text: string) => string;
}

/** CONFIG_INVALID when the port is taken. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { metrics, port, host = '127.0.0.1', readiness, hide = hidePlaces } = options;
  const send = (response: ServerResponse, status: number, type: string, text: string) => {
    response.writeHead(status, { 'content-type': type }).end(hide(text));
  };
  const server = createServer((request, response) => {
    const answer = async () => {
      if (request.url === '/metrics') {
        send(response, 200, 'text/plain; version=0.0.4', await metrics.text());
      } else if (request.url === '/healthz') {
        send(response, 200, 'text/plain', 'ok\n');
      } else if (request.url === '/readyz' && readiness !== undefined) {
        const found = await readiness();
        send(response, found.ready ? 200 : 503, 'application/json', `${JSON.stringify(found)}\n`);
      } else send(response, 404, 'text/plain', 'not found\n');
    };
    answer().catch((error: unknown) => {
      send(response, 500, 'text/plain', `${String((error as Error).message)}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new PipelineError(
          'CONFIG_INVALID',
          `cannot serve metrics on port ${port}: ${cause.message}; choose another runtime.metricsPort`,
          { subject: 'runtime.metricsPort', cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
