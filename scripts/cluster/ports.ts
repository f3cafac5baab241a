/**
 * Ports for servers. Free ports are taken below the range from which systems give clients their
 * ports. Otherwise a client that keeps trying to reach a server that is down could get the server's
 * own port: it would talk to itself, and the server could not come back.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelineError } from '../../services/runtime/errors.ts';

const freeFrom = 15_000;
const freeBelow = 32_000;
const triesMax = 100;

/** The threads of a killed server may hold its port for a moment. */
const releaseMsMax = 3000;
const releasePollMs = 20;

/** Who uses a port, and the flag that sets it. */
export interface PortUse {
  readonly part: string;
  readonly flag: string;
}

/**
 * The requested port; for 0 the port of last time, or a free one. A port in use by another program
 * is refused, because that program's answers would pass for those of our server.
 */
export async function choosePort(
  wanted: number,
  earlier: number | undefined,
  host: string,
  { part, flag }: PortUse,
): Promise<number> {
  const port = wanted === 0 ? earlier : wanted;
  if (port === undefined) return freePort(host);
  if (await isFree(port, host, port === earlier ? releaseMsMax : 0)) return port;
  if (wanted === 0) return freePort(host);
  throw new PipelineError(
    'CLUSTER_FAILED',
    `port ${wanted} on ${host} is in use by another program; ${part} needs one of its own: ${flag} PORT, or ${flag} 0 for a free one`,
    { subject: flag },
  );
}

export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const port = randomInt(freeFrom, freeBelow);
    if (await canBind(port, host)) return port;
  }
  throw new PipelineError(
    'CLUSTER_FAILED',
    `no free port on ${host} in ${triesMax} tries between ${freeFrom} and ${freeBelow}`,
    { subject: host },
  );
}

async function isFree(port: number, host: string, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (!(await canBind(port, host))) {
    if (performance.now() >= deadline) return false;
    await delay(releasePollMs);
  }
  return true;
}

async function canBind(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return true;
}
