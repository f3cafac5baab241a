/**
 * The environment and streams that main.ts hands to a command. Commands never read `process`
 * themselves, so that tests can run them with their own streams.
 */
import type { Writable } from 'node:stream';
import { createStyle, type Style } from './style.ts';

/** The output folder of a command that names none. */
export const defaultOutput = 'backstory-out';

export interface Terminal {
  readonly stream: Writable;
  readonly isTerminal: boolean;
  /** Width in columns; 80 if unknown. */
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

/** Uses colours only on a terminal that does not refuse them (https://no-color.org). */
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

/** Replaces the terminal's last line; without text it only erases the line. */
export function redrawLine(terminal: Terminal, text = ''): void {
  terminal.stream.write(`\r\u001b[2K${text}`);
}

export function writeJson(terminal: Terminal, value: unknown): void {
  writeLine(terminal, JSON.stringify(value, null, 2));
}
