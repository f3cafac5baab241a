/** Opens the configured teacher. The key comes from the caller, who reads the environment. */

import type { Teacher } from '../ports/teacher.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Budget } from '../runtime/coordination/coordination.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { TeacherKnobs } from './config.ts';
import { openGrounded } from './grounded/grounded.ts';

export interface TeacherEnvironment {
  readonly apiKey?: string | undefined;
  /** Shared with other processes; without one this process counts for itself. */
  readonly budget?: Budget;
}

export async function openTeacher(
  configuration: TeacherKnobs,
  environment: TeacherEnvironment,
  clock: Clock,
): Promise<Teacher> {
  if (configuration.kind === 'grounded') return openGrounded();
  const missing = (['baseUrl', 'model'] as const).filter((knob) => configuration[knob] === '');
  if (missing.length > 0 || !URL.canParse(configuration.baseUrl)) {
    const knobs =
      missing.length > 0
        ? missing.map((knob) => `teacher.${knob}`).join(' and ')
        : 'teacher.baseUrl';
    throw new PipelineError(
      'CONFIG_INVALID',
      `teacher.kind openai needs ${knobs}, for example --set teacher.baseUrl=http://localhost:8000/v1 --set teacher.model=NAME`,
      { subject: knobs },
    );
  }
  // Loaded only here: the package is large, and most runs do not need it.
  const { openOpenAi } = await import('./openai/openai.ts');
  return openOpenAi(configuration, environment.apiKey, clock, Math.random, environment.budget);
}
