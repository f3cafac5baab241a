/**
 * Exit codes, and how an error is shown to a person. Codes: 0 fine, 1 a check found a difference,
 * something was lost or nothing made, 2 usage, configuration or environment, 70 our bug,
 * 130 interrupted.
 */
import { PipelineError } from '../runtime/errors.ts';
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

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof PipelineError)) return exitCodes.bug;
  if (error.code === 'INTERRUPTED') return exitCodes.interrupted;
  return error.code === 'VERIFY_FAILED' ? exitCodes.difference : exitCodes.environment;
}

/** A failure as programs read it. */
export function describeFailure({ code, message, subject }: PipelineError) {
  return { code, message, subject: subject ?? null };
}

/** Prints `error CODE: message` to stderr, or the same as JSON to stdout for programs. */
export function reportFailure(
  error: unknown,
  { out, err, redactor }: Pick<CommandContext, 'out' | 'err' | 'redactor'>,
  json: boolean,
): ExitCode {
  const exitCode = exitCodeOf(error);
  const coded = error instanceof PipelineError ? error : null;
  const code = coded?.code ?? 'INTERNAL';
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const failure = coded === null ? { code, message, subject: null } : describeFailure(coded);
    writeLine(out, redactor.hide(JSON.stringify({ error: failure })));
    return exitCode;
  }
  writeLine(err, `${err.style.red(`error ${code}:`)} ${message}`);
  if (coded === null) {
    writeLine(err, 'This is a bug in backstory. The stack trace below tells where:');
    writeLine(err, error instanceof Error ? (error.stack ?? '') : '');
  }
  return exitCode;
}
