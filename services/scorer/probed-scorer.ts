/**
 * A scorer over an engine that scores one thought at a time: the probe, which alone may end a run,
 * and what becomes of a text that the engine cannot score. How a text is scored is passed in.
 */
import type { Scored, ScoreRequest, Scorer } from '../ports/scorer.ts';
import { PipelineError } from '../runtime/errors.ts';
import { canonicalJson, sha256 } from '../runtime/ids.ts';
import { limitConcurrency } from './limit-concurrency.ts';
import { keepTail } from './tail.ts';
import { UnusableAnswer } from './unusable-answer.ts';

/** Context, thought and target of one score. */
export interface ScoredParts {
  readonly context: string;
  readonly thought: string;
  readonly target: string;
}

export interface Engine {
  readonly name: string;
  /** Raised when the same engine would give other bits. */
  readonly version: string;
  /** What it must do to be suitable; ends the message of SCORER_UNSUITABLE. */
  readonly needs: string;
  /** Throws UnusableAnswer where the same text would fail again. */
  score(parts: ScoredParts, signal: AbortSignal): Promise<Scored>;
  /** Done once before the thoughts of a context. */
  prepare?(context: string, signal: AbortSignal): Promise<void>;
}

export interface EnginePlace {
  /** Begins the message of SCORER_UNSUITABLE. */
  readonly what: string;
  /** The knob that a failure concerns. */
  readonly subject: string;
  /** The public name of the model. */
  readonly model: string;
  /** All that changes a score, besides the engine's name and version. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** The name of the server, where there is one. */
  readonly endpoint?: string;
  readonly requestsMax: number;
  readonly contextBytesMax: number;
}

/**
 * Long enough that a server which returns only its generated token cannot pass as echoing, and with
 * characters that tokenizers split.
 */
const probe: ScoredParts = {
  context: 'def add(first, second):\n',
  thought: '',
  target: '    return first + second  # naïve: ∑ 加 🜁\n\n\nprint(add(1, 2))\n',
};
const otherProbe = { ...probe, context: '# A table of the months, by name.\n' };

/**
 * By how much the bits of one text may differ between two requests: servers in bf16 batch them
 * otherwise each time. A mixed-up answer is further off.
 */
const probeShareMax = 0.03;

export function openProbedScorer(engine: Engine, place: EnginePlace): Scorer {
  const { name, version } = engine;
  const { endpoint, subject } = place;
  const limited = limitConcurrency(place.requestsMax);
  const scoreOf = (parts: ScoredParts, signal: AbortSignal) =>
    limited(() => engine.score(parts, signal));

  const runProbe = async (signal: AbortSignal) => {
    try {
      const bitsOf = async (parts: ScoredParts) => (await scoreOf(parts, signal)).bits;
      const alone = await bitsOf(probe);
      if (alone <= 0) throw new UnusableAnswer('every log probability of the probe is zero');
      const [other, again] = await Promise.all([bitsOf(otherProbe), bitsOf(probe)]);
      if (Math.abs(again - alone) > alone * probeShareMax) {
        throw new UnusableAnswer(
          `one text has ${alone.toFixed(1)} bits alone and ${again.toFixed(1)} beside another`,
        );
      }
      if (other === again) throw new UnusableAnswer('it gives the same bits after every text');
    } catch (error) {
      throw error instanceof UnusableAnswer ? unsuitable(error, engine, place) : error;
    }
  };
  let suitable = false;

  const scoreTokens = async (request: ScoreRequest, signal: AbortSignal) => {
    if (!suitable) await runProbe(signal);
    suitable = true;
    const { target } = request;
    // The first token of a prompt has no probability, so an empty beginning needs a character.
    const context = keepTail(request.context, place.contextBytesMax) || '\n';
    if (engine.prepare !== undefined) {
      const { prepare } = engine;
      await limited(() => prepare(context, signal)).catch((error: unknown) => {
        // The thoughts will tell whether this context can be scored.
        if (!isForGood(error)) throw error;
      });
    }
    const ends = await Promise.allSettled(
      request.thoughts.map((thought) => scoreOf({ context, thought, target }, signal)),
    );
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    const passing = failures.find((failure) => !isForGood(failure));
    if (passing !== undefined) throw passing;
    // One text that it cannot score must not end a run: only the probe may.
    const [refused] = failures;
    if (refused !== undefined) await runProbe(signal);
    if (refused !== undefined && failures.length === ends.length) {
      throw new PipelineError('SCORER_REFUSED', `the scorer gave no bits: ${refused.message}`, {
        subject,
        cause: refused,
      });
    }
    return ends.map((end) => (end.status === 'fulfilled' ? end.value : null));
  };

  return {
    identity: { name, version, model: place.model, languageModel: true },
    configuration: sha256(canonicalJson({ scorer: name, version, ...place.facts })),
    // The answer holds every token in any case.
    score: async (request, signal) =>
      (await scoreTokens(request, signal)).map((scored) => scored?.bits ?? null),
    scoreTokens,
    check: async () => {
      try {
        // The request has its own time limit.
        await runProbe(new AbortController().signal);
        return null;
      } catch (error) {
        if (isBusy(error)) return null;
        if (error instanceof PipelineError) return error.message;
        throw error;
      }
    },
    ...(endpoint !== undefined && { load: () => limited.load(endpoint) }),
    close: async () => {},
  };
}

/** Whether the same text would fail again. */
function isForGood(error: unknown): boolean {
  if (error instanceof UnusableAnswer) return true;
  return error instanceof PipelineError && error.code === 'SCORER_UNSUITABLE';
}

/** A server that is busy is there; the run waits for it. */
function isBusy(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'status' in cause && cause.status === 429;
}

function unsuitable(
  { message }: UnusableAnswer,
  { needs }: Engine,
  { what, subject }: EnginePlace,
): PipelineError {
  return new PipelineError(
    'SCORER_UNSUITABLE',
    `${what} cannot score: ${message}. It must ${needs}`,
    { subject },
  );
}
