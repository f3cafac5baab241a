/**
 * The closed list of coded errors. Anything thrown that is not a PipelineError is our bug.
 * A code says what a person can do; `disposition` says what the runtime does with the record.
 */

export type Disposition =
  /** Expected: counted and stored with its reason. */
  | 'drop'
  /** Bad for ever: dead letter. */
  | 'reject'
  /** May pass later: bounded retries with backoff, then dead letter. */
  | 'retry'
  /**
   * The run cannot go on (disk full, a lock, bad configuration): stop, nothing lost, exit code 2.
   */
  | 'fatal';

export const errorCodes = {
  // Input and configuration: the user can mend these.
  USAGE: 'fatal',
  CONFIG_INVALID: 'fatal',
  SOURCE_MISSING: 'fatal',
  SOURCE_UNREADABLE: 'drop',
  SOURCE_EMPTY: 'drop',
  ARCHIVE_CORRUPT: 'drop',
  ARCHIVE_TOO_LARGE: 'drop',
  REPOSITORY_TOO_LARGE: 'drop',
  NO_ADMISSIBLE_FILES: 'drop',
  LICENCE_REFUSED: 'drop',
  SECRETS_REFUSED: 'drop',
  FILE_FAILED: 'drop',
  DUPLICATE_REPOSITORY: 'drop',
  // The machine.
  DISK_FULL: 'fatal',
  OUTPUT_LOCKED: 'fatal',
  OUTPUT_MISMATCH: 'fatal',
  OUTPUT_MISSING: 'fatal',
  OUTPUT_UNWRITABLE: 'fatal',
  TOOL_MISSING: 'fatal',
  CLUSTER_FAILED: 'fatal',
  // Data at rest that does not match its hash or schema.
  BLOB_MISSING: 'reject',
  BLOB_CORRUPT: 'reject',
  RECORD_INVALID: 'reject',
  MANIFEST_CORRUPT: 'fatal',
  SHARD_CORRUPT: 'fatal',
  // Dependencies.
  BROKER_UNAVAILABLE: 'fatal',
  BROKER_REFUSED: 'fatal',
  CONSUMER_STALLED: 'fatal',
  LOG_TRUNCATED: 'fatal',
  RECORD_TOO_LARGE: 'reject',
  TEACHER_UNAVAILABLE: 'retry',
  TEACHER_ANSWER_INVALID: 'retry',
  TEACHER_REFUSED: 'reject',
  TEACHER_BUDGET: 'fatal',
  MEMO_MISS: 'fatal',
  SCORER_UNAVAILABLE: 'retry',
  SCORER_UNSUITABLE: 'fatal',
  TOKENIZER_UNSUPPORTED: 'fatal',
  TOKENIZER_CRASHED: 'fatal',
  REGISTRY_UNAVAILABLE: 'retry',
  SCHEMA_MISSING: 'fatal',
  SCHEMA_INCOMPATIBLE: 'fatal',
  STORE_UNAVAILABLE: 'fatal',
  STORE_UNSUITABLE: 'fatal',
  PARSER_CRASHED: 'retry',
  // The runtime itself.
  INTERRUPTED: 'fatal',
  DEAD_LETTER_LIMIT: 'fatal',
  STAGE_POISONED: 'reject',
  VERIFY_FAILED: 'fatal',
} as const satisfies Readonly<Record<string, Disposition>>;

export type ErrorCode = keyof typeof errorCodes;

/** Codes under which a repository ends, expected and counted. */
export type DropCode = {
  [Code in ErrorCode]: (typeof errorCodes)[Code] extends 'drop' ? Code : never;
}[ErrorCode];

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
    return errorCodes[this.code];
  }
}

/** Turns "no space left" from the file system or SQLite into DISK_FULL; passes the rest on. */
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
