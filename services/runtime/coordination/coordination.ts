/**
 * The state that the processes of one data set share besides the bus: rate limit, budget, and which
 * process is working on an answer. This state saves work or money and can be rebuilt; no output
 * depends on it. A single process uses `local.ts`; several processes share `redis.ts`.
 */

export interface BudgetLimits {
  readonly callsMax: number;
  /** Millionths of a dollar. */
  readonly microDollarsMax: number;
  /** Null: no rate limit. */
  readonly callsPerMinute: number | null;
}

/** The rate is used up, or running calls reserve the rest of the money: ask again after `ms`. */
export interface Wait {
  readonly kind: 'wait';
  readonly for: 'rate' | 'money';
  readonly ms: number;
  readonly used: number;
}

export type Admission =
  /** Make the call: it is counted, and its possible cost is reserved until it is settled. */
  | { readonly kind: 'go'; readonly settle: (microDollars: number) => void }
  | Wait
  /** The limit is reached, and waiting does not help. */
  | { readonly kind: 'over'; readonly limit: 'calls' | 'money'; readonly used: number };

export interface Budget {
  /**
   * Asks for permission to make one call that may cost `reservedMicroDollars`. Waits while the
   * shared budget cannot be reached, because an uncounted call could exceed it. Rejects only when
   * aborted.
   */
  admit(
    limits: BudgetLimits,
    reservedMicroDollars: number,
    signal: AbortSignal,
  ): Promise<Admission>;
}

/** Wait between two checks whether running calls have released money. */
export const heldWaitMs = 250;

export interface Coordination {
  readonly budget: Budget;
  /**
   * Runs `work`, unless another caller or process already runs it: then it waits until `read` finds
   * that result. If Redis is in use but cannot be reached, it waits, because the result might
   * otherwise be paid for twice.
   */
  singleFlight<Result>(
    key: string,
    read: () => Promise<Result | null>,
    work: () => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result>;
  /** Resolves to null, or to a text that states the problem and its remedy. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
