/**
 * Coded errors. Anything thrown that is not a PipelineError is our bug. Each code says what a
 * person can do; its disposition says what the runtime does with the record (`error-codes.ts`).
 */
import type { Usage } from '../../schemas/generated/types.ts';
import { noUsage, sumUsage } from '../ports/usage.ts';
import { type Disposition, type ErrorCode, errorCodes } from './error-codes.ts';

export type { Disposition, DropCode, ErrorCode } from './error-codes.ts';

export interface PipelineErrorOptions {
  /** What the error concerns: a file, topic, field or option. */
  readonly subject?: string;
  readonly cause?: unknown;
  /** What was paid for before it failed; the reports of cost include it. */
  readonly usage?: Usage;
}

/** A failure we expect. The message says what is wrong, where, and what to do. */
export class PipelineError extends Error {
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly usage: Usage | undefined;

  constructor(code: ErrorCode, message: string, options: PipelineErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'PipelineError';
    this.code = code;
    this.subject = options.subject;
    this.usage = options.usage;
  }

  get disposition(): Disposition {
    return errorCodes[this.code].disposition;
  }
}

/** The same failure, with what else was paid for before it. */
export function withUsage(error: unknown, usage: Usage): unknown {
  if (!(error instanceof PipelineError)) return error;
  const { code, message, subject, cause } = error;
  const total = sumUsage([usage, error.usage ?? noUsage]);
  const told = subject === undefined ? {} : { subject };
  return new PipelineError(code, message, { ...told, cause, usage: total });
}

/** True where the same record may succeed when it is tried again another day. */
export function mayPass(code: ErrorCode): boolean {
  return errorCodes[code].disposition === 'retry';
}

/**
 * Retriable failures that only another run can mend: trying again in this process is useless, and
 * they say nothing against the run, so that no limit of dead letters counts them.
 */
const forNextRun: ReadonlySet<ErrorCode> = new Set(['TEACHER_REPOSITORY_BUDGET', 'ANSWER_PENDING']);

export function waitsForNextRun(code: ErrorCode): boolean {
  return forNextRun.has(code);
}

/**
 * Turns "no space left" from the file system or SQLite into DISK_FULL, and what SQLite says of a
 * damaged file into DATABASE_DAMAGED; returns any other error unchanged.
 */
export function asPipelineError(error: unknown, subject: string): unknown {
  if (error instanceof PipelineError) return error;
  const code = (error as { code?: string } | null)?.code;
  const sqlite = (error as { errcode?: number } | null)?.errcode;
  // Extended codes keep the primary one in the low byte.
  const primary = sqlite === undefined ? null : sqlite & 0xff;
  if (primary === sqliteCodes.corrupt || primary === sqliteCodes.noDatabase) {
    return new PipelineError(
      'DATABASE_DAMAGED',
      `${subject} is damaged (${(error as Error).message}); restore it from a copy, or move it away and run the same command again`,
      { subject, cause: error },
    );
  }
  if (code !== 'ENOSPC' && code !== 'EDQUOT' && primary !== sqliteCodes.full) return error;
  return new PipelineError(
    'DISK_FULL',
    `no space left while writing ${subject}; free some space and run the same command again, finished work is kept`,
    { subject, cause: error },
  );
}

/** Primary result codes of SQLite. */
export const sqliteCodes = {
  denied: 3,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  noDatabase: 26,
} as const;

/** Null for what can never be read; any other error leaves the question open and is thrown. */
export async function unlessUnreadable<Result>(
  read: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof PipelineError && error.disposition === 'reject') return null;
    throw error;
  }
}
