/**
 * What a command may touch: the environment and streams as main.ts found them. Commands read
 * nothing of `process` themselves, so that tests can run them with streams of their own.
 */
import type { Writable } from 'node:stream';
import { createStyle, type Style } from './style.ts';

export interface Terminal {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Width in columns; 80 where it is not known. */
  readonly columns: number;
  readonly style: Style;
}

export interface CommandContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly out: Terminal;
  readonly err: Terminal;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** A stream with colours exactly if a person sees them (https://no-color.org). */
export function createTerminal(
  stream: Writable & { isTTY?: boolean; columns?: number },
  environment: CommandContext['environment'],
): Terminal {
  const isTerminal = stream.isTTY === true;
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return {
    stream,
    isTerminal,
    columns: stream.columns ?? 80,
    style: createStyle(isTerminal && !refused),
  };
}

export function writeLine(terminal: Terminal, line = ''): void {
  terminal.stream.write(`${line}\n`);
}

/** Writes in place of what stands on the terminal's last line; without text it only erases that. */
export function redrawLine(terminal: Terminal, text = ''): void {
  terminal.stream.write(`\r\u001b[2K${text}`);
}

export function writeJson(terminal: Terminal, value: unknown): void {
  writeLine(terminal, JSON.stringify(value, null, 2));
}
