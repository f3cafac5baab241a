/** Opens the configured scorer. Nothing is contacted before the first score or check. */
import { availableParallelism } from 'node:os';
import { addressProblem } from '../ports/endpoint.ts';
import type { Scorer } from '../ports/scorer.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openBytesScorer } from './bytes/scorer.ts';
import type { ScorerKnobs } from './config.ts';
import { openHttpScorer } from './http/scorer.ts';

export interface ScorerEnvironment {
  /** Key of the http scorer's server; many local servers need none. */
  readonly apiKey?: string;
}

export async function openScorer(
  configuration: ScorerKnobs,
  environment: ScorerEnvironment,
): Promise<Scorer> {
  if (configuration.kind === 'bytes') {
    return openBytesScorer({
      contextBytesMax: configuration.contextBytesMax,
      threads: configuration.threads === 0 ? availableParallelism() : configuration.threads,
    });
  }
  for (const knob of ['url', 'model'] as const) {
    if (configuration[knob] !== '') continue;
    throw new PipelineError(
      'CONFIG_INVALID',
      `scorer.${knob} is empty; scorer.kind http needs it, for example ${
        knob === 'url' ? 'http://localhost:8000/v1' : 'the name that the server lists under /models'
      }`,
      { subject: `scorer.${knob}` },
    );
  }
  const problem = addressProblem(configuration.url);
  if (problem !== null) {
    throw new PipelineError('CONFIG_INVALID', `scorer.url ${configuration.url} ${problem}`, {
      subject: 'scorer.url',
    });
  }
  return openHttpScorer(configuration, environment.apiKey ?? null);
}
