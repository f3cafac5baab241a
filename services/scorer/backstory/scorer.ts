/**
 * The `backstory` scorer: one or several servers of the scorer service, all with the one
 * configuration that `scorer.model` pins. A context goes to one server, so that it is read once; if
 * that server does not answer, the next one gets it.
 */
import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { ScorerSettings } from '../settings.ts';
import { keepTail } from '../tail.ts';
import { UnusableAnswer } from '../unusable-answer.ts';
import { type PinnedModel, pinnedName } from './pinned-model.ts';
import { type ScorerServer, scorerServer } from './server.ts';

/** Raised when the same service would give other bits. */
export const backstoryScorerVersion = '1';

export interface BackstoryOptions {
  readonly settings: ScorerSettings;
  readonly servers: readonly string[];
  readonly pinned: PinnedModel;
  readonly apiKey: string | null;
}

const probe: ScoreRequest = {
  context: '# Adds two numbers, and says so.\n',
  thoughts: ['', 'The sum of first and second. naïve: ∑ 加 🜁\n', 'nothing\n'],
  target: '    return first + second  # naïve: ∑ 加 🜁\n\n\nprint(add(1, 2))\n',
};

/**
 * By how much the bits of one text may differ between two requests: a GPU in 16 bits adds in
 * another order in each batch. A mixed-up answer is further off.
 */
const probeShareMax = 0.03;

export function openBackstoryScorer(options: BackstoryOptions): Scorer {
  const { settings, pinned, apiKey } = options;
  const { timeoutMs, contextBytesMax } = settings;
  const servers = options.servers.map((address) => scorerServer({ address, apiKey, timeoutMs }));
  const limited = limitConcurrency(settings.requestsMax);
  const suitable = new Set<ScorerServer>();

  const runProbe = async (server: ScorerServer, signal: AbortSignal) => {
    try {
      await probeServer(server, pinned, signal);
      suitable.add(server);
    } catch (error) {
      throw error instanceof UnusableAnswer ? unsuitable(server, error) : error;
    }
  };

  /** Of one server; only its probe may end a run, not one text that it cannot score. */
  const scoreAt = async (
    server: ScorerServer,
    request: ScoreRequest,
    perToken: boolean,
    signal: AbortSignal,
  ) => {
    if (!suitable.has(server)) await runProbe(server, signal);
    try {
      const scores = await server.score(request, perToken, signal);
      requirePinned(scores.configuration, pinned);
      return scores;
    } catch (error) {
      if (!(error instanceof UnusableAnswer)) throw error;
      await runProbe(server, signal);
      throw new PipelineError('SCORER_REFUSED', `the scorer gave no bits: ${error.message}`, {
        subject: 'scorer.url',
        cause: error,
      });
    }
  };

  const ask = (request: ScoreRequest, perToken: boolean, signal: AbortSignal) => {
    const context = keepTail(request.context, contextBytesMax);
    const kept = { ...request, context };
    return limited(async () => {
      let failure: unknown = null;
      for (const server of inOrder(servers, context)) {
        try {
          return await scoreAt(server, kept, perToken, signal);
        } catch (error) {
          if (!(error instanceof PipelineError) || error.code !== 'SCORER_UNAVAILABLE') throw error;
          failure ??= error;
        }
      }
      throw failure;
    });
  };

  return {
    identity: {
      name: 'backstory',
      version: backstoryScorerVersion,
      model: pinned.name,
      languageModel: true,
    },
    configuration: sha256(
      canonicalJson({
        scorer: 'backstory',
        version: backstoryScorerVersion,
        ...{ ...pinned, contextBytesMax },
      }),
    ),
    score: async (request, signal) => {
      const { scored } = await ask(request, false, signal);
      return scored.map((each) => each?.bits ?? null);
    },
    scoreTokens: async (request, signal) => (await ask(request, true, signal)).scored,
    check: async () => {
      // The requests have their own time limit.
      const { signal } = new AbortController();
      const ends = await Promise.allSettled(servers.map((each) => runProbe(each, signal)));
      const [failed] = ends.filter((each) => each.status === 'rejected');
      if (failed === undefined) return null;
      if (failed.reason instanceof PipelineError) return failed.reason.message;
      throw failed.reason;
    },
    load: () => limited.load(`${servers.map(hostOf).join(', ')} ${pinned.name}`),
    close: async () => {},
  };
}

function hostOf({ address }: ScorerServer): string {
  return new URL(address).host;
}

async function probeServer(
  server: ScorerServer,
  pinned: PinnedModel,
  signal: AbortSignal,
): Promise<void> {
  const { model, configuration, takes_text: takesText } = await server.health(signal);
  if (!takesText) throw new UnusableAnswer('its model has no tokenizer.json');
  if (!configuration.startsWith(pinned.configuration)) {
    throw new UnusableAnswer(
      `it serves ${pinnedName(model, configuration)}, and scorer.model is ${pinned.name}@${pinned.configuration}`,
    );
  }
  const together = await server.score(probe, false, signal);
  const turned = { ...probe, thoughts: [...probe.thoughts].reverse() };
  const again = await server.score(turned, true, signal);
  const bitsTogether = together.scored.map((each) => each?.bits ?? Number.NaN);
  bitsTogether.forEach((bits, index) => {
    const other = again.scored.at(-1 - index)?.bits ?? Number.NaN;
    if (bits > 0 && Math.abs(bits - other) <= bits * probeShareMax) return;
    throw new UnusableAnswer(
      `one text has ${bits.toFixed(1)} bits, and ${other.toFixed(1)} in another order`,
    );
  });
  if (new Set(bitsTogether).size === 1) {
    throw new UnusableAnswer('every thought of the probe has the same bits');
  }
}

function requirePinned(configuration: string, pinned: PinnedModel): void {
  if (configuration.startsWith(pinned.configuration)) return;
  throw new UnusableAnswer(`its configuration has changed to ${configuration.slice(0, 16)}`);
}

/** The server of a context first; adding one moves only its share of the contexts. */
function inOrder(servers: readonly ScorerServer[], context: string): readonly ScorerServer[] {
  if (servers.length === 1) return servers;
  const place = sha256(context);
  const weight = new Map(servers.map((each) => [each, sha256(`${each.address} ${place}`)]));
  return servers.toSorted((a, b) => ((weight.get(a) ?? '') < (weight.get(b) ?? '') ? -1 : 1));
}

function unsuitable({ address }: ScorerServer, { message }: UnusableAnswer): PipelineError {
  return new PipelineError(
    'SCORER_UNSUITABLE',
    `the scorer at ${address} cannot be used: ${message}; set scorer.url, scorer.model and the key as npm run scorer prints them`,
    { subject: 'scorer.url' },
  );
}
