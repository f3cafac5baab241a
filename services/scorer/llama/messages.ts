/** The messages between the scorer and its child process. */
import type { Scored } from '../../ports/scorer.ts';
import type { ScoredParts } from '../probed-scorer.ts';

export interface ChildOptions {
  /** URL of node-llama-cpp. */
  readonly module: string;
  /** Path of the GGUF file. */
  readonly file: string;
  readonly threads: number;
}

export type ChildRequest =
  /** The first one. */
  | { readonly kind: 'open'; readonly options: ChildOptions }
  /** Sent when the one before is answered. */
  | { readonly kind: 'score'; readonly parts: ScoredParts };

export type ChildReply =
  /** A forward is done. */
  | { readonly kind: 'alive' }
  | { readonly kind: 'scored'; readonly scored: Scored }
  /** This text cannot be scored, or no text can. */
  | { readonly kind: 'unusable'; readonly why: string }
  /** It may go better in another child. */
  | { readonly kind: 'failed'; readonly why: string };
