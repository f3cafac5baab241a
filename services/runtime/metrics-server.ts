/** Serves the metrics of a running process to Prometheus, on this machine only. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelineError } from './errors.ts';
import type { Metrics } from './metrics.ts';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `GET /metrics`; port 0 takes a free one. CONFIG_INVALID when the port is taken. */
export async function startMetricsServer(metrics: Metrics, port: number): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => response.writeHead(500).end(),
    );
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
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
