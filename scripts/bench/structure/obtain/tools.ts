/**
 * Runs the programs that the oracles need, within bounds, and checks for them beforehand. Failures
 * that a person can mend become coded messages.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context, Repository, RunOptions, RunTool, Tool } from '../score/oracle.ts';

/** A compiler over a large repository takes minutes; more is a hang. */
const runMsMax = 20 * 60_000;
const outputBytesMax = 1024 * 1024 * 1024;
const messageCharactersMax = 2000;

export type BenchErrorCode =
  | 'BENCH_TOOL_MISSING'
  | 'BENCH_TOOL_FAILED'
  | 'BENCH_NOT_OBTAINED'
  | 'BENCH_NOTHING_JUDGED';

/** One oracle or repository cannot be measured; the bench goes on with the others. */
export class BenchError extends Error {
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string) {
    super(`${code}: ${message}`);
    this.name = 'BenchError';
    this.code = code;
  }
}

export const runTool: RunTool = (command, args, options: RunOptions = {}) =>
  new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      {
        cwd: options.folder,
        env: { ...process.env, ...options.environment },
        timeout: runMsMax,
        maxBuffer: outputBytesMax,
      },
      (error, stdout, stderr) => {
        if (error === null || (options.mayFail === true && typeof error.code === 'number')) {
          resolve(stdout);
          return;
        }
        const said = `${stdout.slice(-messageCharactersMax)}\n${stderr.slice(-messageCharactersMax)}`;
        const line = [command, ...args].join(' ').slice(0, messageCharactersMax);
        reject(new BenchError('BENCH_TOOL_FAILED', `${line}\n${said.trim() || error.message}`));
      },
    );
  });

/** Throws for the first tool that does not run here. */
export async function requireTools(tools: readonly Tool[], run: RunTool): Promise<void> {
  for (const { command, probe, hint } of tools) {
    try {
      await run(command, probe);
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
      throw new BenchError('BENCH_TOOL_MISSING', `${command} does not run here (${why}); ${hint}`);
    }
  }
}

/** `$BACKSTORY_BENCH_CACHE`, else a folder below the user's cache. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  const own = environment.BACKSTORY_BENCH_CACHE;
  const user = environment.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return own ?? join(user, 'backstory', 'bench-structure');
}

/** The folder of a repository, fetched at the first call; it appears only when complete. */
export async function obtain(
  language: string,
  repository: Repository,
  context: Context,
): Promise<string> {
  const folder = join(context.cache, 'repositories', language, repository.name);
  if (existsSync(folder)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const building = await mkdtemp(`${folder}-`);
  try {
    await repository.obtain(building, context);
    await rename(building, folder);
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    const why = error instanceof Error ? error.message : String(error);
    throw new BenchError('BENCH_NOT_OBTAINED', `${language} ${repository.name}: ${why}`);
  }
  return folder;
}
