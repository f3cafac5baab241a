/** The programs that the local servers need, each with how to install it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PipelineError } from '../../services/runtime/errors.ts';

const run = promisify(execFile);

const javaMajorMin = 17;

const installing: Readonly<Record<string, string>> = {
  java: 'apt-get install -y default-jre-headless, or any JDK 17 or later',
  mvn: 'apt-get install -y maven, or from https://maven.apache.org',
  tar: 'apt-get install -y tar',
  'redis-server': 'apt-get install -y redis-server, or from https://redis.io',
};

export function missingTool(tool: string, found: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'TOOL_MISSING',
    `${found}; install it: ${installing[tool] ?? `install ${tool}`}`,
    { subject: tool, cause },
  );
}

/** Runs a tool to its end. Throws TOOL_MISSING if it is not installed. */
export async function runTool(tool: string, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(tool, [...parameters], { maxBuffer: 2 ** 26 });
    return stdout + stderr;
  } catch (error) {
    const failure = error as NodeJS.ErrnoException & { stdout?: string; stderr?: string };
    if (failure.code === 'ENOENT') throw missingTool(tool, `${tool} is not installed`, error);
    const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim().split('\n').slice(-15);
    throw new PipelineError(
      'CLUSTER_FAILED',
      `${tool} ${parameters[0] ?? ''} failed:\n${output.join('\n')}`,
      { subject: tool, cause: error },
    );
  }
}

/** The major version in the output of `java -version`: 17 for "17.0.15", 8 for "1.8.0_402". */
export function javaMajor(output: string): number {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return Number(match?.[1] ?? 0);
}

export async function requireJava(): Promise<void> {
  const major = javaMajor(await runTool('java', ['-version']));
  if (major >= javaMajorMin) return;
  throw missingTool('java', `java is version ${major}, the servers need ${javaMajorMin} or later`);
}

export async function requireRedis(): Promise<void> {
  await runTool('redis-server', ['--version']);
}
