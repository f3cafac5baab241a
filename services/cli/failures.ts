/**
 * Exit codes, and how an error is shown to a person. Codes: 0 fine, 1 a check found a difference,
 * something was lost or nothing made, 2 usage, configuration or environment, 70 our bug,
 * 130 interrupted.
 */
import { accessSync, constants } from 'node:fs';
import { asPipelineError, PipelineError, sqliteCodes } from '../runtime/errors.ts';
import { type CommandContext, writeLine } from './context.ts';

export const exitCodes = {
  fine: 0,
  difference: 1,
  environment: 2,
  bug: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `Exit codes:
  0    fine
  1    a check found a difference, or a run lost a record (a dead letter), or made no trajectory
  2    wrong usage, configuration or environment, or a model of no use; the error's code says which
  70   a bug in backstory; please report it with the message
  130  interrupted; finished work is kept and the same command goes on`;

export function exitCodeOf(failure: unknown): ExitCode {
  const error = asRefusal(failure);
  if (!(error instanceof PipelineError)) return exitCodes.bug;
  if (error.code === 'INTERRUPTED') return exitCodes.interrupted;
  return error.code === 'VERIFY_FAILED' ? exitCodes.difference : exitCodes.environment;
}

/** A failure as programs read it. */
export function describeFailure({ code, message, subject }: PipelineError) {
  return { code, message, subject: subject ?? null };
}

type Refused = NodeJS.ErrnoException & { readonly errcode?: number };

/**
 * Gives a code to what the file system or SQLite refuses wherever that was not expected: a folder
 * that is archived, shared or on a full disk is no bug. Returns any other error unchanged.
 */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof PipelineError) return error;
  const { code = '', path, syscall, errcode = 0 } = error as Refused;
  const subject = path ?? 'a database of the output';
  const primary = errcode & 0xff;
  const isReadOnly = primary === sqliteCodes.denied || primary === sqliteCodes.readOnly;
  // Node says "no such file" of a new folder where nothing may be written, though its parent is.
  const isRefused = ['EACCES', 'EPERM', 'EROFS'].includes(code) || syscall === 'mkdir';
  if (!isReadOnly && !(isRefused && path !== undefined)) return asPipelineError(error, subject);
  const refused = path !== undefined && !mayRead(path) ? 'OUTPUT_UNREADABLE' : 'OUTPUT_UNWRITABLE';
  const what = refused === 'OUTPUT_UNREADABLE' ? 'read' : 'written';
  const message = `${subject} cannot be ${what} (${isReadOnly ? error.message : code})`;
  return new PipelineError(refused, `${message}; mend its rights, or choose another place`, {
    subject,
    cause: error,
  });
}

/** True also for a file that is not there yet: then it was to be written. */
function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Prints `error CODE: message` to stderr, or the same as JSON to stdout for programs. */
export function reportFailure(
  failure: unknown,
  { out, err, redactor }: Pick<CommandContext, 'out' | 'err' | 'redactor'>,
  json: boolean,
): ExitCode {
  const error = asRefusal(failure);
  const exitCode = exitCodeOf(error);
  const coded = error instanceof PipelineError ? error : null;
  const code = coded?.code ?? 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const told = coded === null ? { code, message, subject: null } : describeFailure(coded);
    writeLine(out, redactor.hide(JSON.stringify({ error: told })));
    return exitCode;
  }
  writeLine(err, `${err.style.red(`error ${code}:`)} ${message}`);
  if (coded === null) {
    writeLine(err, 'This is a bug in backstory. The stack trace below tells where:');
    writeLine(err, error instanceof Error ? (error.stack ?? '') : '');
  }
  return exitCode;
}
