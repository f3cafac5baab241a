/** A probed scorer behind one address. */
import { endpointName, publicModelName } from '../ports/endpoint.ts';
import type { Scorer } from '../ports/scorer.ts';
import { type Engine, openProbedScorer } from './probed-scorer.ts';
import type { ScorerSettings } from './settings.ts';

type Options = Pick<ScorerSettings, 'url' | 'model' | 'requestsMax' | 'contextBytesMax'>;

export function openServerScorer(engine: Engine, options: Options): Scorer {
  const { url, model, requestsMax, contextBytesMax } = options;
  return openProbedScorer(engine, {
    what: 'the server',
    subject: 'scorer.url',
    model: publicModelName(model),
    facts: { url, model, contextBytesMax },
    endpoint: endpointName(url, model),
    ...{ requestsMax, contextBytesMax },
  });
}
