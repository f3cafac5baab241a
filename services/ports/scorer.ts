/**
 * The scorer port: log p(x | context, z) for several thoughts z and one ground truth x.
 * One scorer in one configuration judges all candidates of a file (I4).
 */
import type { ModelIdentity } from '../../schemas/generated/types.ts';

export interface ScoreRequest {
  /** Text before the thought: task, plan, what the sub-agent has read. */
  readonly context: string;
  /** Thoughts to compare; scored independently, each as context + thought + target. */
  readonly thoughts: readonly string[];
  /** The ground-truth code. */
  readonly target: string;
}

export interface Scorer {
  readonly identity: ModelIdentity;
  /** Hash of everything that changes a score. */
  readonly configuration: string;
  /** −log2 p(target | context, thought) in bits, one per thought, in order; finite. */
  score(request: ScoreRequest, signal: AbortSignal): Promise<readonly number[]>;
  /** The problem with the scorer and its remedy, or null; for `doctor` and start-up. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
