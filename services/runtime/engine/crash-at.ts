/**
 * Kills the process where a fault test says, as if by `kill -9`: `CRASH_AT=admit:after-produce#2`
 * ends the process the second time it reaches that crash point. Nothing is flushed, closed or
 * caught.
 */
import { PipelineError } from '../errors.ts';
import type { CrashPoint } from '../stage.ts';

/**
 * Null when the environment names no crash point; CONFIG_INVALID when its value cannot be parsed.
 */
export function crashPointOf(
  environment: Readonly<Record<string, string | undefined>>,
  die: () => void = () => process.kill(process.pid, 'SIGKILL'),
): CrashPoint | null {
  const given = environment.CRASH_AT ?? '';
  if (given === '') return null;
  const [, point, times] = /^([a-z-]+:[a-z-]+)(?:#([1-9]\d*))?$/.exec(given) ?? [];
  if (point === undefined) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `CRASH_AT is ${given}; it must look like admit:after-produce#2, and is for fault tests only`,
      { subject: 'CRASH_AT' },
    );
  }
  let left = Number(times ?? 1);
  return (name) => {
    if (name !== point) return;
    left -= 1;
    if (left === 0) die();
  };
}
