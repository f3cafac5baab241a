/**
 * Coded errors. Anything thrown that is not a PipelineError is our bug. Each code says what a
 * person can do; its disposition says what the runtime does with the record (`error-codes.ts`).
 */
import { type Disposition, type ErrorCode, errorCodes } from './error-codes.ts';

export type { Disposition, DropCode, ErrorCode } from './error-codes.ts';

export interface PipelineErrorOptions {
  /** What the error concerns: a file, topic, field or option. */
  readonly subject?: string;
  readonly cause?: unknown;
}

/** A failure we expect. The message says what is wrong, where, and what to do. */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly subject: string | undefined;

  constructor(code: ErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'PipelineError';
    this.code = code;
    this.subject = options.subject;
  }

  get disposition(): Disposition {
    return errorCodes[this.code].disposition;
  }
}

/**
 * Turns "no space left" from the file system or SQLite into DISK_FULL; returns any other error
 * unchanged.
 */
export function asPipelineError(error: unknown, subject: string): unknown {
  if (error instanceof PipelineError) return error;
  const code = (error as { code?: string } | null)?.code;
  const sqlite = (error as { errcode?: number } | null)?.errcode;
  // SQLITE_FULL is 13; its extended codes keep 13 in the low byte.
  const full =
    code === 'ENOSPC' || code === 'EDQUOT' || (sqlite !== undefined && (sqlite & 0xff) === 13);
  if (!full) return error;
  return new PipelineError(
    'DISK_FULL',
    `no space left while writing ${subject}; free some space and run the same command again, finished work is kept`,
    { subject, cause: error },
  );
}
