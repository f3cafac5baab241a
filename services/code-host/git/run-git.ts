/**
 * Runs git: what the owner configured for servers (proxies, keys, credential helpers) holds, and
 * nothing asks a person, runs a hook or speaks another protocol. What git says on failure is data
 * of the server.
 */
import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { shorten } from '../../ports/endpoint.ts';
import { gitEnvironment } from '../../ports/git/environment.ts';
import { PipelineError } from '../../runtime/errors.ts';

export interface GitFailure extends Error {
  /** What git, or the server through it, said last, in one line. */
  readonly said: string;
}

export function isGitFailure(error: unknown): error is GitFailure {
  return error instanceof Error && 'said' in error;
}

interface RunOptions {
  readonly signal: AbortSignal;
  /** The repository; without one git is not asked about any. */
  readonly folder?: string;
  readonly timeoutMs?: number;
  /** Asked now and then; what it throws ends git, and the call. */
  readonly watch?: () => Promise<void>;
}

const protocols = ['https', 'http', 'ssh', 'git'];
const settings = [
  ...['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'protocol.allow=never'],
  ...protocols.map((name) => `protocol.${name}.allow=always`),
  // A repository may say so in its tree, and it would be asked of another server.
  ...['fetch.recurseSubmodules=false', 'gc.auto=0', 'maintenance.auto=false'],
].flatMap((setting) => ['-c', setting]);

/** No program for passwords opens a window either. */
const silent = { GIT_ASKPASS: '', SSH_ASKPASS_REQUIRE: 'never' };

const outputBytesMax = 8 * 1024 * 1024;
const saidBytesMax = 8 * 1024;
const watchMs = 200;

/** Returns what git prints. */
export async function runGit(command: readonly string[], options: RunOptions): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  await start(command, options, async (child) => {
    for await (const chunk of child) {
      bytes += chunk.byteLength;
      if (bytes > outputBytesMax) throw failure(`it says more than ${outputBytesMax} bytes`);
      chunks.push(chunk);
    }
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** The files of a commit as a gzipped tar; null where it is longer than so many bytes. */
export async function archiveCommit(
  folder: string,
  commit: string,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Buffer | null> {
  const command = ['archive', '--format=tar', '--prefix=repository/', commit];
  const chunks: Buffer[] = [];
  let bytes = 0;
  const tooLong = new AbortController();
  const either = AbortSignal.any([signal, tooLong.signal]);
  try {
    await start(command, { folder, signal: either }, async (output) => {
      for await (const chunk of output.pipe(createGzip())) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) return tooLong.abort();
        chunks.push(chunk);
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    if (tooLong.signal.aborted) return null;
    throw error;
  }
  return Buffer.concat(chunks);
}

/** Bytes of the packs of a repository, also of one that is coming in. */
export async function packBytes(folder: string): Promise<number> {
  const place = join(folder, 'objects/pack');
  // Before the first object there is no folder, and a pack changes its name at the end.
  const names = await readdir(place).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(place, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

type Output = NonNullable<ReturnType<typeof spawn>['stdout']>;

async function start(
  command: readonly string[],
  { signal, folder, timeoutMs, watch }: RunOptions,
  read: (output: Output) => Promise<void>,
): Promise<void> {
  const own = new AbortController();
  const timed = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)];
  const ended = AbortSignal.any([signal, own.signal, ...timed]);
  const place = folder === undefined ? [] : ['-C', folder];
  const child = spawn('git', [...settings, ...place, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...gitEnvironment(process.env), ...silent, LC_ALL: 'C' },
    windowsHide: true,
    // A group of its own, without a terminal: nothing can ask there, and all of it can be ended.
    detached: true,
  });
  const kill = () => killGroup(child.pid);
  ended.addEventListener('abort', kill, { once: true });
  if (ended.aborted) kill();
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString('utf8')).slice(-saidBytesMax);
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const watching = watch === undefined ? null : repeatUntil(ended, closed, watch);
  try {
    const stop = (error: unknown) => {
      own.abort();
      throw error;
    };
    const [code] = await Promise.all([
      closed,
      read(child.stdout).catch(stop),
      watching?.catch(stop),
    ]);
    if (code !== 0) throw failure(lastWords(said, folder) || `git ended with ${code}`);
  } catch (error) {
    // All that was started is over before its folder is removed.
    own.abort();
    await closed.catch(() => {});
    signal.throwIfAborted();
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw noGit(error);
    if (timed[0]?.aborted) throw failure(`timed out after ${timeoutMs} ms`);
    throw error;
  } finally {
    ended.removeEventListener('abort', kill);
  }
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

async function repeatUntil(
  ended: AbortSignal,
  closed: Promise<unknown>,
  watch: () => Promise<void>,
): Promise<void> {
  let isClosed = false;
  const close = () => {
    isClosed = true;
  };
  closed.then(close, close);
  while (!isClosed && !ended.aborted) {
    await watch();
    await Promise.race([sleep(watchMs), closed.catch(() => {})]);
  }
}

/** The last line that says what is wrong, without the folder of this machine. */
function lastWords(said: string, folder: string | undefined): string {
  const lines = said.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /^(?:fatal|error|remote|ssh):/i.test(line));
  const words = (telling.length === 0 ? lines : telling).slice(-2).join('; ');
  return shorten(folder === undefined ? words : words.replaceAll(folder, 'the copy'), 300);
}

function failure(said: string): GitFailure {
  return Object.assign(new Error(said), { said });
}

function noGit(cause: unknown): PipelineError {
  const message = 'a source is an address of git, and there is no git on this machine; install it';
  return new PipelineError('TOOL_MISSING', message, { subject: 'git', cause });
}
