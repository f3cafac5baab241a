/** A model behind an OpenAI-compatible endpoint, as a kind. */
import { addressProblem } from '../../ports/endpoint.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { TeacherAdapter } from '../adapter.ts';
import type { TeacherSettings } from '../settings.ts';

export const openai: TeacherAdapter = {
  about: 'any compatible endpoint',
  pays: true,
  open: async (settings, { apiKey, budget }, clock) => {
    requireEndpoint(settings);
    // Loaded only here: the package is large, and most runs do not need it.
    const { openOpenAi } = await import('./openai.ts');
    return openOpenAi(settings, apiKey, clock, Math.random, budget);
  },
};

function requireEndpoint(settings: TeacherSettings): void {
  const missing = (['baseUrl', 'model'] as const).filter((knob) => settings[knob] === '');
  if (missing.length === 0) {
    const problem = addressProblem(settings.baseUrl);
    if (problem === null) return;
    throw new PipelineError('CONFIG_INVALID', `teacher.baseUrl ${settings.baseUrl} ${problem}`, {
      subject: 'teacher.baseUrl',
    });
  }
  const knobs = missing.map((knob) => `teacher.${knob}`).join(' and ');
  throw new PipelineError(
    'CONFIG_INVALID',
    `teacher.kind openai needs ${knobs}, for example --set teacher.baseUrl=http://localhost:8000/v1 --set teacher.model=NAME`,
    { subject: knobs },
  );
}
