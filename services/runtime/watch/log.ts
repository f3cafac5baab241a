/**
 * The log of a process: JSON lines with the level by name, an ISO time and the data set, without
 * secrets. What it may not hold is decided by its `hide`.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export interface LogOptions {
  readonly level: string;
  /** Facts that every line carries. */
  readonly base: Readonly<Record<string, unknown>>;
  /** Where the stream hides secrets itself, none is needed. */
  readonly hide?: (text: string) => string;
}

export function openProcessLog(options: LogOptions, stream: DestinationStream): Logger {
  const { level, base, hide } = options;
  return pino(
    {
      level,
      base,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
      ...(hide === undefined ? {} : { hooks: { streamWrite: hide } }),
    },
    stream,
  );
}
