/** A model behind OpenAI-compatible endpoints, as a kind. */
import { addressProblem } from '../../ports/endpoint.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TeacherAdapter } from '../adapter.ts';
import type { TeacherSettings } from '../settings.ts';

export const openai: TeacherAdapter = {
  about: 'any compatible endpoint',
  pays: true,
  open: async (settings, environment, clock) => {
    requireEndpoint(settings);
    // Loaded only here: the package is large, and most runs do not need it.
    const { openLive } = await import('./live.ts');
    return openLive(settings, environment, clock);
  },
  openOffline: async (settings, answer) => {
    if (settings.model === '') throw missing('teacher.model');
    const { offlineTeacher } = await import('./offline.ts');
    return offlineTeacher(settings, answer);
  },
};

function requireEndpoint(settings: TeacherSettings): void {
  const empty = (['baseUrl', 'model'] as const).filter((knob) => settings[knob] === '');
  if (empty.length > 0) throw missing(empty.map((knob) => `teacher.${knob}`).join(' and '));
  requireAddress('teacher.baseUrl', settings.baseUrl);
  for (const { baseUrl } of settings.endpoints) requireAddress('teacher.endpoints', baseUrl);
}

function requireAddress(knob: string, address: string): void {
  const problem = addressProblem(address);
  if (problem === null) return;
  throw new PipelineError('CONFIG_INVALID', `${knob} ${address} ${problem}`, { subject: knob });
}

function missing(knobs: string): PipelineError {
  return new PipelineError(
    'CONFIG_INVALID',
    `teacher.kind openai needs ${knobs}, for example --set teacher.baseUrl=http://localhost:8000/v1 --set teacher.model=NAME`,
    { subject: knobs },
  );
}
