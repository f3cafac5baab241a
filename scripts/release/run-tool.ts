/** Runs a program to its end for a release; what it prints is told only when it fails. */
import { execFile } from 'node:child_process';

export interface Place {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Its standard output. */
export function runTool(
  program: string,
  parameters: readonly string[],
  { cwd, env = {} }: Place,
): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
  return new Promise((done, fail) => {
    execFile(program, parameters, options, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else fail(new Error(`${program} ${parameters.join(' ')} failed:\n${stdout}${stderr}`));
    });
  });
}
