/**
 * What the processes of one data set agree on beside the bus: how fast and for how much money they
 * may call, and who is working on an answer. All of it saves work or money and can be rebuilt; none
 * of it is truth. One process alone uses `local.ts`, several share `redis.ts`.
 */

export interface BudgetLimits {
  readonly callsMax: number;
  /** Millionths of a dollar. */
  readonly microDollarsMax: number;
  /** Null: as fast as they come. */
  readonly callsPerMinute: number | null;
}

export type Admission =
  /** Make the call; it is counted. */
  | { readonly kind: 'go' }
  /** The rate is used up: ask again after this time. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** The limit is reached for good. */
  | { readonly kind: 'over'; readonly limit: 'calls' | 'money'; readonly used: number };

export interface Budget {
  /**
   * Asks for one call. While what is shared cannot be reached this waits: a call that nobody counts
   * could spend what is not there. Rejects only when aborted.
   */
  admit(limits: BudgetLimits, signal: AbortSignal): Promise<Admission>;
  /** What a call turned out to cost. */
  spend(microDollars: number): void;
}

export interface Coordination {
  readonly budget: Budget;
  /**
   * Runs `work` unless another process does: then waits for what it leaves in `read`. Who cannot
   * reach the others works alone, which costs a repetition and nothing else.
   */
  singleFlight<Result>(
    key: string,
    read: () => Promise<Result | null>,
    work: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
  /** What is wrong and what to do, or null. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
