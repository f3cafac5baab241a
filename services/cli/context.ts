/**
 * The environment and streams that main.ts hands to a command. Commands never read `process`
 * themselves, so that tests can run them with their own streams.
 */
import type { Writable } from 'node:stream';
import { createRedactor, type Redactor, secretsOfEnvironment } from '../runtime/redact.ts';
import { createStyle, type Style } from './style.ts';

/** The output folder of a command that names none. */
export const defaultOutput = 'backstory-out';

/** Takes whole lines; whatever is written has lost the secrets that it held. */
export interface TextStream {
  write(text: string): void;
}

export interface Terminal {
  readonly stream: TextStream;
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
  /** Knows the keys and passwords of the environment, and learns those of the configuration. */
  readonly redactor: Redactor;
  /** Aborted by the first signal to stop. */
  readonly signal: AbortSignal;
}

type OutputStream = Writable & { isTTY?: boolean; columns?: number };

/** The parts of a context that all commands share: where they write, and what they hide there. */
export function openStreams(
  out: OutputStream,
  err: OutputStream,
  environment: CommandContext['environment'],
): Pick<CommandContext, 'environment' | 'out' | 'err' | 'redactor'> {
  const redactor = createRedactor();
  for (const secret of secretsOfEnvironment(environment)) redactor.learn(secret);
  return {
    environment,
    redactor,
    // Results are the user's own text, code included: only known secrets are hidden there.
    out: createTerminal(out, environment, redactor.hideKnown),
    err: createTerminal(err, environment, redactor.hide),
  };
}

/** Uses colours only on a terminal that does not refuse them (https://no-color.org). */
export function createTerminal(
  stream: OutputStream,
  environment: CommandContext['environment'],
  hide: (text: string) => string = (text) => text,
): Terminal {
  const isTerminal = stream.isTTY === true;
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return {
    stream: { write: (text) => void stream.write(hide(text)) },
    isTerminal,
    get columns() {
      // Some terminals that no window shows say 0; a window may change.
      return stream.columns || 80;
    },
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
