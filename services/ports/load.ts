/** How busy those are who answer stages, for people who watch a run. Plain data. */

/** A server of models. */
export interface EndpointLoad {
  /** Its host and model, without a key. */
  readonly name: string;
  /** Calls under way, and how many it gets at once at most by now. */
  readonly underWay: number;
  readonly atOnceMax: number;
  /** It gets no calls for a while, because it failed or asked for a rest. */
  readonly resting: boolean;
}

/** What calls have cost, and may cost. */
export interface Spending {
  readonly calls: number;
  readonly callsMax: number;
  readonly microDollars: number;
  readonly microDollarsMax: number;
}

export interface TeacherLoad {
  readonly endpoints: readonly EndpointLoad[];
  readonly spending: Spending;
}
