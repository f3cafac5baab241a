/** How each local server is started and when it is ready. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import '../../services/runtime/bus/kafka/guard.ts';
import { resolveJars } from './jars.ts';
import type { ClusterSettings, PartName } from './settings.ts';
import { requireRedis, runTool } from './tools.ts';

/** Ports of one server: one for clients and, if needed, one for itself. */
export interface Ports {
  readonly port: number;
  readonly controllerPort: number | null;
}

export interface ServerSpec {
  readonly name: PartName;
  readonly port: (settings: ClusterSettings) => number;
  readonly controllerPort: (settings: ClusterSettings) => number | null;
  /** The address for clients, e.g. a URL. */
  readonly address: (host: string, port: number) => string;
  /** Checks the tools and fetches missing jars. */
  readonly install: () => Promise<unknown>;
  /** Prepares `folder` and gives the command. */
  readonly command: (
    settings: ClusterSettings,
    folder: string,
    ports: Ports,
  ) => Promise<readonly string[]>;
  readonly isReady: (host: string, port: number) => Promise<boolean>;
  /** Time to end by itself after SIGTERM. */
  readonly graceMs: number;
}

/**
 * One node that is broker and controller. The broker creates no topic by itself, so a mistyped name
 * creates none. The session timeout decides how long a killed broker stays away: after a restart it
 * waits until its last session ends (5–7 s with 2 s, 13–20 s with the default of 9 s).
 */
function kafkaProperties(settings: ClusterSettings, folder: string, ports: Ports): string {
  const { host } = settings;
  const advertised = settings.kafkaAdvertisedPort ?? ports.port;
  const controller = `${host}:${ports.controllerPort}`;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.bootstrap.servers=${controller}`,
    `listeners=PLAINTEXT://${host}:${ports.port},CONTROLLER://${controller}`,
    `advertised.listeners=PLAINTEXT://${host}:${advertised}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    `log.dirs=${join(folder, 'data')}`,
    'auto.create.topics.enable=false',
    'offsets.topic.num.partitions=4',
    'offsets.topic.replication.factor=1',
    // A paused data set keeps its position for a year.
    'offsets.retention.minutes=525600',
    'transaction.state.log.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'share.coordinator.state.topic.num.partitions=1',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'default.replication.factor=1',
    'min.insync.replicas=1',
    'log.cleaner.dedupe.buffer.size=16777216',
    'broker.session.timeout.ms=2000',
    'broker.heartbeat.interval.ms=500',
    ...settings.kafkaProperties,
    '',
  ].join('\n');
}

/** Kafka's form of a random UUID: 16 bytes in URL-safe base 64, never beginning with a dash. */
function randomClusterId(): string {
  return `k${randomBytes(16).toString('base64url')}`.slice(0, 21).concat('A');
}

/** A class path is one argument without a shell, so the JVM expands the star. */
const java = (heapMb: number, properties: readonly string[], rest: readonly string[]) => [
  'java',
  `-Xms64m`,
  `-Xmx${heapMb}m`,
  ...properties.map((property) => `-D${property}`),
  ...rest,
];

const kafkaLogging = [
  'org.slf4j.simpleLogger.defaultLogLevel=warn',
  'org.slf4j.simpleLogger.showDateTime=true',
  'org.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

const kafka: ServerSpec = {
  name: 'kafka',
  port: (settings) => settings.kafkaPort,
  controllerPort: (settings) => settings.kafkaControllerPort,
  address: (host, port) => `${host}:${port}`,
  install: () => resolveJars('kafka'),
  command: async (settings, folder, ports) => {
    const jars = join(await resolveJars('kafka'), '*');
    const properties = join(folder, 'server.properties');
    writeFileSync(properties, kafkaProperties(settings, folder, ports));
    if (!existsSync(join(folder, 'data', 'meta.properties'))) {
      const format = ['format', '--ignore-formatted', '--standalone', '-t', randomClusterId()];
      const tool = java(128, kafkaLogging, ['-cp', jars, 'kafka.tools.StorageTool', ...format]);
      await runTool('java', [...tool.slice(1), '-c', properties]);
    }
    return java(settings.kafkaHeapMb, kafkaLogging, ['-cp', jars, 'kafka.Kafka', properties]);
  },
  isReady: async (host, port) => {
    if (!(await answers(host, port))) return false;
    return brokerCount(host, port).then(
      (count) => count > 0,
      () => false,
    );
  },
  graceMs: 30_000,
};

/** Number of registered brokers: 0 while the broker waits for its last session to end. */
async function brokerCount(host: string, port: number): Promise<number> {
  const client = new Kafka({
    brokers: [`${host}:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = client.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length;
  } finally {
    await admin.disconnect();
  }
}

const registry: ServerSpec = {
  name: 'registry',
  port: (settings) => settings.registryPort,
  controllerPort: () => null,
  address: (host, port) => `http://${host}:${port}/apis/ccompat/v7`,
  install: () => resolveJars('registry'),
  command: async (settings, folder, { port }) => {
    const jars = await resolveJars('registry');
    // The registry's default is a database in memory, which would forget every schema.
    const database = `jdbc:h2:file:${join(folder, 'registry')}`;
    const properties = [
      `quarkus.http.host=${settings.host}`,
      `quarkus.http.port=${port}`,
      `quarkus.datasource.jdbc.url=${database}`,
      `registry.datasource.url=${database}`,
    ];
    const runner = readdirSync(jars).find((file) => file.endsWith('-runner.jar')) ?? '';
    return java(settings.registryHeapMb, properties, ['-jar', join(jars, runner)]);
  },
  isReady: async (host, port) => {
    const url = `http://${host}:${port}/apis/ccompat/v7/subjects`;
    return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.ok,
      () => false,
    );
  },
  graceMs: 15_000,
};

const redis: ServerSpec = {
  name: 'redis',
  port: (settings) => settings.redisPort,
  controllerPort: () => null,
  address: (host, port) => `redis://${host}:${port}`,
  install: requireRedis,
  command: async (settings, folder, { port }) => {
    await requireRedis();
    const server = ['redis-server', '--port', String(port), '--bind', settings.host];
    return [...server, '--dir', folder, '--appendonly', 'yes', '--save', ''];
  },
  // Redis answers with an error while it loads its file.
  isReady: (host, port) => answers(host, port, { send: 'PING\r\n', expect: '+PONG' }),
  graceMs: 15_000,
};

/** The credentials of the local object store, and its first bucket. */
export const localObjects = {
  bucket: 'backstory',
  accessKeyId: 'backstory',
  secretAccessKey: 'backstory-local',
} as const;

const objects: ServerSpec = {
  name: 'objects',
  port: (settings) => settings.objectsPort,
  controllerPort: () => null,
  address: (host, port) => `http://${host}:${port}`,
  install: () => resolveJars('objects'),
  command: async (settings, folder, { port }) => {
    const jars = join(await resolveJars('objects'), '*');
    const data = join(folder, 'data');
    mkdirSync(join(data, localObjects.bucket), { recursive: true });
    const configuration = join(folder, 's3proxy.conf');
    writeFileSync(configuration, s3proxyProperties(`http://${settings.host}:${port}`, data));
    const logging = join(folder, 'logback.xml');
    writeFileSync(logging, s3proxyLogging);
    const main = ['-cp', jars, 'org.gaul.s3proxy.Main', '--properties', configuration];
    return java(settings.objectsHeapMb, [`logback.configurationFile=${logging}`], main);
  },
  // The request is unsigned and refused; any answer shows that the server is ready.
  isReady: (host, port) =>
    fetch(`http://${host}:${port}/`, { signal: AbortSignal.timeout(2000) }).then(
      (response) => response.status < 500,
      () => false,
    ),
  graceMs: 10_000,
};

function s3proxyProperties(endpoint: string, data: string): string {
  const { accessKeyId, secretAccessKey } = localObjects;
  return [
    `s3proxy.endpoint=${endpoint}`,
    's3proxy.authorization=aws-v2-or-v4',
    `s3proxy.identity=${accessKeyId}`,
    `s3proxy.credential=${secretAccessKey}`,
    'jclouds.provider=filesystem-nio2',
    `jclouds.identity=${accessKeyId}`,
    `jclouds.credential=${secretAccessKey}`,
    `jclouds.filesystem.basedir=${data}`,
    '',
  ].join('\n');
}

const s3proxyLogging = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date %level %logger: %msg%n</pattern></encoder>
  </appender>
  <root level="warn"><appender-ref ref="out"/></root>
</configuration>
`;

/** Whether a connection opens and the answer begins as expected. */
function answers(
  host: string,
  port: number,
  exchange?: { readonly send: string; readonly expect: string },
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('connect', () => {
      if (exchange === undefined) end(true);
      else socket.write(exchange.send);
    });
    socket.once('data', (data) => end(data.toString().startsWith(exchange?.expect ?? '')));
  });
}

export const servers: readonly ServerSpec[] = [kafka, registry, redis, objects];

/** The folder of one server's data, made if it is missing. */
export function serverFolder(folder: string, name: PartName): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}
