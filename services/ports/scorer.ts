/**
 * The scorer port: log p(x | context, z) for several thoughts z and one ground truth x.
 * One scorer in one configuration judges all candidates of a file (I4).
 */
import type { ModelIdentity } from '../../schemas/generated/types.ts';
import type { EndpointLoad } from './load.ts';

export interface ScoreRequest {
  /** Text before the thought: task, plan, what the sub-agent has read. */
  readonly context: string;
  /** Thoughts to compare; scored independently, each as context + thought + target. */
  readonly thoughts: readonly string[];
  /** The ground-truth code. */
  readonly target: string;
}

/** A token of the target. */
export interface TokenBits {
  /** Where it ends in the target, in UTF-16 units; a character may end several tokens. */
  readonly end: number;
  readonly bits: number;
}

export interface Scored {
  /** As `score` gives them. */
  readonly bits: number;
  /** All tokens of the target in order; their bits add up to `bits`. */
  readonly tokens: readonly TokenBits[];
}

export interface Scorer {
  readonly identity: ModelIdentity;
  /** Hash of everything that changes a score. */
  readonly configuration: string;
  /**
   * −log2 p(target | context, thought) in bits, one per thought, in order; finite. Null for a
   * thought that cannot be scored where others can; SCORER_REFUSED when none of them can.
   */
  score(request: ScoreRequest, signal: AbortSignal): Promise<readonly (number | null)[]>;
  /** The same with bits per token, where the scorer knows them. */
  scoreTokens?(request: ScoreRequest, signal: AbortSignal): Promise<readonly (Scored | null)[]>;
  /** The problem with the scorer and its remedy, or null; for `doctor` and start-up. */
  check(): Promise<string | null>;
  /** Where it calls a server: how busy that is. */
  load?(): EndpointLoad;
  close(): Promise<void>;
}
