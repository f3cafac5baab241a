/** What the parser pool and its child processes say to each other. */
import type { PackedOutcome } from '../facts/packed-facts.ts';
import type { ParseJob, ParseLimits } from './parse-file.ts';

export interface ChildRequest {
  readonly jobs: readonly ParseJob[];
  readonly limits: ParseLimits;
}

export type ChildReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'parsed';
      readonly outcome: PackedOutcome;
      /** Memory of the process, native trees included: after the last of a batch, it is new. */
      readonly residentBytes: number;
    };
