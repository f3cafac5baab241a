/**
 * cluster.json: which servers a folder has, where they listen and which processes they are. Tests,
 * people and other programs read it; it is written whole and renamed, under the folder's lock.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { PipelineError } from '../../services/runtime/errors.ts';
import { makeFolder } from '../../services/runtime/store/make-folder.ts';
import { type Knob, partNames } from './settings.ts';

const serverSchema = z.object({
  /** The address for clients: host:port, or a URL. */
  address: z.string(),
  host: z.string(),
  port: z.number().int(),
  /** The port that the broker advertises to clients, if a proxy stands before it. */
  advertisedPort: z.number().int().nullable(),
  controllerPort: z.number().int().nullable(),
  pid: z.number().int(),
  startTime: z.string().nullable(),
  log: z.string(),
});

const stateSchema = z.object({
  format: z.literal(1),
  servers: z.partialRecord(z.enum(partNames), serverSchema),
});

export type ServerState = z.infer<typeof serverSchema>;
export type ClusterState = z.infer<typeof stateSchema>;

export function readState(folder: string): ClusterState {
  const path = join(folder, 'cluster.json');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { format: 1, servers: {} };
    throw error;
  }
  const parsed = stateSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new PipelineError('CLUSTER_FAILED', `${path} is not readable: ${parsed.error.message}`, {
    subject: path,
  });
}

/** The ports that the folder's servers had, as settings. */
export function portsOf(folder: string): Partial<Record<Knob, number>> {
  const { kafka, registry, redis, objects } = readState(folder).servers;
  const ports = {
    kafkaPort: kafka?.port,
    kafkaControllerPort: kafka?.controllerPort,
    registryPort: registry?.port,
    redisPort: redis?.port,
    objectsPort: objects?.port,
  };
  return Object.fromEntries(
    Object.entries(ports).filter((entry): entry is [Knob, number] => typeof entry[1] === 'number'),
  );
}

export function writeState(folder: string, state: ClusterState): void {
  const path = join(folder, 'cluster.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

const lockPollMs = 200;

/**
 * Runs a task while no other process starts or stops servers of the folder. The lock is a
 * transaction on a file: the system frees it even if its holder is killed.
 */
export async function withLock<T>(folder: string, task: () => Promise<T>): Promise<T> {
  makeFolder(folder);
  const lock = new DatabaseSync(join(folder, 'lock.db'));
  try {
    lock.exec('PRAGMA busy_timeout = 0');
    while (!tryLock(lock)) await delay(lockPollMs);
    return await task();
  } finally {
    lock.close();
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    // SQLITE_BUSY: another process holds the lock.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return false;
    throw error;
  }
}
