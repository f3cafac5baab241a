/** What each kind of scorer provides; open.ts lists the kinds. */
import type { Scorer } from '../ports/scorer.ts';
import type { ScorerSettings } from './settings.ts';

export interface ScorerEnvironment {
  /** Key of a scorer's server; many local servers need none. */
  readonly apiKey?: string;
}

export interface ScorerAdapter {
  /** Follows the kind's name in help and reference, for people who choose one. */
  readonly about: string;
  /** Throws CONFIG_INVALID when a needed knob is not set. Contacts no server yet. */
  open(settings: ScorerSettings, environment: ScorerEnvironment): Promise<Scorer>;
}
