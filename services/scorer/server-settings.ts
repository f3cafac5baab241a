/** What every kind of scorer behind one address needs to be set, and how it is told. */
import { addressProblem } from '../ports/endpoint.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { ScorerSettings } from './settings.ts';

type Needed = Pick<ScorerSettings, 'url' | 'model'>;

/** Throws CONFIG_INVALID; `examples` says for each knob what would be right. */
export function requireServer(settings: Needed, kind: string, examples: Needed): void {
  for (const knob of ['url', 'model'] as const) {
    if (settings[knob] !== '') continue;
    throw new PipelineError(
      'CONFIG_INVALID',
      `scorer.${knob} is empty; scorer.kind ${kind} needs it, for example ${examples[knob]}`,
      { subject: `scorer.${knob}` },
    );
  }
  const problem = addressProblem(settings.url);
  if (problem === null) return;
  throw new PipelineError('CONFIG_INVALID', `scorer.url ${settings.url} ${problem}`, {
    subject: 'scorer.url',
  });
}

/** The address without the path that other kinds want. */
export function rootOf(url: string): string {
  return url.replace(/\/+(?:v1\/*)?$/, '');
}
