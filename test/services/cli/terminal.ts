/** Runs command lines with streams that record their output, in place of a terminal. */
import { Writable } from 'node:stream';
import { type CommandContext, openStreams } from '../../../services/cli/context.ts';
import { runCommandLine } from '../../../services/cli/program.ts';

export interface Captured {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

function remember(isTTY: boolean): { stream: Writable & { isTTY: boolean }; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString('utf8'));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), text: () => chunks.join('') };
}

export interface Circumstances {
  readonly workingFolder: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process and returns what it printed. */
export async function runLine(argv: readonly string[], where: Circumstances): Promise<Captured> {
  const out = remember(where.isTerminal ?? false);
  const err = remember(where.isTerminal ?? false);
  const environment = where.environment ?? {};
  const context: CommandContext = {
    ...openStreams(out.stream, err.stream, environment),
    workingFolder: where.workingFolder,
    signal: where.signal ?? new AbortController().signal,
  };
  const exitCode = await runCommandLine(argv, context);
  return { exitCode, out: out.text(), err: err.text() };
}
