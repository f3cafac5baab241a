/**
 * What the processes of one data set agree on besides the bus: how fast and for how much money they
 * may call, and which process is working on an answer. All of this saves work or money and can be
 * rebuilt; no output depends on it. A single process uses `local.ts`, several share `redis.ts`.
 */

export interface BudgetLimits {
  readonly callsMax: number;
  /** Millionths of a dollar. */
  readonly microDollarsMax: number;
  /** Null: no rate limit. */
  readonly callsPerMinute: number | null;
}

export type Admission =
  /** Make the call; it is counted, and what it may cost is set aside until it is settled. */
  | { readonly kind: 'go'; readonly settle: (microDollars: number) => void }
  /** The rate is used up, or calls under way hold what is left: ask again after this time. */
  | {
      readonly kind: 'wait';
      readonly for: 'rate' | 'money';
      readonly ms: number;
      readonly used: number;
    }
  /** The limit is reached for good. */
  | { readonly kind: 'over'; readonly limit: 'calls' | 'money'; readonly used: number };

export interface Budget {
  /**
   * Asks for permission to make one call that may cost so much. Waits while the shared budget
   * cannot be reached, because an uncounted call could exceed it. Rejects only when aborted.
   */
  admit(
    limits: BudgetLimits,
    reservedMicroDollars: number,
    signal: AbortSignal,
  ): Promise<Admission>;
}

/** Between two looks whether calls under way have left money. */
export const heldWaitMs = 250;

export interface Coordination {
  readonly budget: Budget;
  /**
   * Runs `work` unless another process does so already; then it waits until `read` finds that
   * process's result. A process that cannot reach the others works alone, which at worst repeats
   * work.
   */
  singleFlight<Result>(
    key: string,
    read: () => Promise<Result | null>,
    work: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
  /** Resolves to null, or to the problem and its remedy in words. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
