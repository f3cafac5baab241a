/**
 * Kafka, registry and Redis as processes of one folder. Starting is idempotent: a running server
 * stays, any other is started with its data and port of last time.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PipelineError } from '../../services/runtime/errors.ts';
import { choosePort } from './ports.ts';
import {
  isRunning,
  signalServer,
  startServer,
  stopServer,
  waitUntilReady,
} from './server-process.ts';
import { type Ports, type ServerSpec, serverFolder, servers } from './servers.ts';
import {
  type ClusterOptions,
  type ClusterSettings,
  type PartName,
  parseSettings,
} from './settings.ts';
import { readState, type ServerState, withLock, writeState } from './state.ts';

export interface ServerStatus extends ServerState {
  readonly running: boolean;
  readonly ready: boolean;
}

export type ClusterStatus = Partial<Record<PartName, ServerStatus>>;

/** A running cluster, for tests and benchmarks. */
export interface Cluster {
  readonly folder: string;
  /** The address of a server; throws for one that was not requested. */
  address(part: PartName): string;
  /** Sends SIGSTOP, SIGCONT or SIGKILL to one server and waits until it has taken effect. */
  signal(part: PartName, signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM, then SIGKILL. The data stays. */
  stop(part: PartName): Promise<void>;
  /** Starts it again, on the same port and data, and waits until it is ready. */
  start(part: PartName): Promise<void>;
  /** Stops everything. */
  down(): Promise<void>;
}

/** A free port may be taken by another process before its server binds it. */
const portTriesMax = 3;
const killPollMs = 20;

/** Starts what is not running; resolves when all parts are ready. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const settings = parseSettings(options);
  await up(settings);
  const only = (part: PartName) => {
    const server = readState(settings.folder).servers[part];
    if (server === undefined) throw new Error(`${part} is no part of the cluster`);
    return server;
  };
  return {
    folder: settings.folder,
    address: (part) => only(part).address,
    signal: async (part, signal) => {
      signalServer(only(part), signal);
      while (signal === 'SIGKILL' && isRunning(only(part))) await delay(killPollMs);
    },
    stop: (part) => stopServer(only(part), specOf(part).graceMs),
    start: (part) => up({ ...settings, parts: [part] }),
    down: () => down(settings.folder),
  };
}

export function up(settings: ClusterSettings): Promise<void> {
  return withLock(settings.folder, async () => {
    const chosen = servers.filter(({ name }) => settings.parts.includes(name));
    // They do not depend on each other. If one fails, the others keep running for a second try.
    const results = await Promise.allSettled(chosen.map((spec) => ensure(spec, settings)));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  });
}

/** Checks the tools that the parts need and fetches their jars. */
export async function install(parts: readonly PartName[]): Promise<void> {
  for (const part of parts) await specOf(part).install();
}

/** Stops every server of the folder; the data stays. */
export function down(folder: string): Promise<void> {
  return withLock(folder, async () => {
    const entries = Object.entries(readState(folder).servers) as [PartName, ServerState][];
    await Promise.all(entries.map(([name, server]) => stopServer(server, specOf(name).graceMs)));
  });
}

export async function status(folder: string): Promise<ClusterStatus> {
  const { servers: known } = readState(folder);
  const statuses = servers.map(async ({ name }) => {
    const server = known[name];
    if (server === undefined) return [];
    const running = isRunning(server);
    const ready = running && (await specOf(name).isReady(server.host, server.port));
    return [[name, { ...server, running, ready }] as const];
  });
  return Object.fromEntries((await Promise.all(statuses)).flat());
}

function specOf(name: PartName): ServerSpec {
  return servers.find((spec) => spec.name === name) as ServerSpec;
}

async function ensure(spec: ServerSpec, settings: ClusterSettings): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const earlier = readState(settings.folder).servers[spec.name];
    if (earlier !== undefined && isRunning(earlier)) {
      await waitUntilReady(earlier, readinessOf(spec, settings, earlier));
      return;
    }
    try {
      await start(spec, settings, earlier);
      return;
    } catch (error) {
      const free = spec.port(settings) === 0 && error instanceof PipelineError;
      if (!free || tries === portTriesMax || !/already in use|in use by/i.test(error.message)) {
        throw error;
      }
      forget(settings.folder, spec.name);
    }
  }
}

async function start(
  spec: ServerSpec,
  settings: ClusterSettings,
  earlier: ServerState | undefined,
): Promise<void> {
  const controller = spec.controllerPort(settings);
  const ports: Ports = {
    port: await choosePort(spec.port(settings), earlier?.port, settings.host, {
      part: spec.name,
      flag: `--${spec.name}-port`,
    }),
    controllerPort:
      controller === null
        ? null
        : await choosePort(controller, earlier?.controllerPort ?? undefined, settings.host, {
            part: `${spec.name}'s controller`,
            flag: `--${spec.name}-controller-port`,
          }),
  };
  const folder = serverFolder(settings.folder, spec.name);
  const log = join(settings.folder, `${spec.name}.log`);
  const advertisedPort = spec.name === 'kafka' ? settings.kafkaAdvertisedPort : null;
  const command = await spec.command(settings, folder, ports);
  const server = await startServer(command, log, folder);
  const state: ServerState = {
    address: spec.address(settings.host, advertisedPort ?? ports.port),
    host: settings.host,
    ...ports,
    advertisedPort,
    ...server,
    log,
  };
  // Recorded before it is ready, so that `down` finds the server even if this process is killed.
  note(settings.folder, spec.name, state);
  await waitUntilReady(server, readinessOf(spec, settings, state));
}

function readinessOf(spec: ServerSpec, settings: ClusterSettings, state: ServerState) {
  return {
    name: spec.name,
    isReady: () => spec.isReady(state.host, state.port),
    readyMs: settings.readySeconds * 1000,
    logFile: state.log,
  };
}

function note(folder: string, name: PartName, server: ServerState): void {
  const state = readState(folder);
  writeState(folder, { ...state, servers: { ...state.servers, [name]: server } });
}

function forget(folder: string, name: PartName): void {
  const { [name]: _forgotten, ...servers } = readState(folder).servers;
  writeState(folder, { format: 1, servers });
}
