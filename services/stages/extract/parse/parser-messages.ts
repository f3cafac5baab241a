/** The messages between the parser pool and its child processes. */
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
      /** Memory of the process, native trees included; measured anew after the last of a batch. */
      readonly residentBytes: number;
    };
