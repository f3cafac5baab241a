/** What can be watched of a teacher's calls while they are made. Types only. */

export interface EndedCall {
  /** `failed`: it brought nothing, or nobody knows what it brought. */
  readonly outcome: 'answered' | 'failed';
  readonly seconds: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly microDollars: number;
}

export interface CallWatcher {
  ended(call: EndedCall): void;
  /** A call had to wait, for a rate or for money. */
  waited(what: 'rate' | 'money'): void;
}

export interface WatchedCalls {
  /** Calls that are under way. */
  readonly underWay: () => number;
  /** What the calls may cost at most; null: nothing limits it. */
  readonly dollarsMax: number | null;
  watch(watcher: CallWatcher): void;
}
