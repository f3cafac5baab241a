/**
 * Defines a gate: a name, its knobs, every answer it may give, and one pure function for each
 * moment at which the gate is asked. A gate depends only on its arguments: the same files and
 * knobs give the same answers.
 */
import type { z } from 'zod';
import type { Licence } from '../../../schemas/generated/types.ts';
import type { Named } from '../../dataset/repository-names.ts';
import type { Finding } from '../../redaction/redaction.ts';
import type { DropCode } from '../../runtime/errors.ts';
import type { UnpackedFile } from './archive/skips.ts';
import type { Benchmarks } from './decontamination/benchmarks.ts';
import type { FileText } from './file-text.ts';
import type { OwnLicence } from './licence/own.ts';
import type { Skip } from './skips.ts';

/** The current state of a repository: the files still admitted, and the reasons for the others. */
export interface RepositoryView {
  readonly name: string;
  readonly origin: string;
  readonly licence: Licence;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly skipped: readonly Skip[];
}

/** Drops the whole repository; the detail tells the user why, and how to fix it. */
export interface Refusal<Code extends DropCode = DropCode> {
  readonly code: Code;
  readonly detail: string;
}

/** Skips the file, and says what the reason is about. */
export interface Skipping<Reason extends string = string> {
  readonly reason: Reason;
  readonly detail: string;
}

/** What in a repository duplicates something earlier in the input, in words for people. */
export interface Duplicates {
  /** What the whole repository duplicates; null if it does not. */
  readonly whole: string | null;
  /** What single files duplicate, by the hash of their bytes. */
  readonly files: ReadonlyMap<string, string>;
}

/** What gates may know beside knobs and files. */
export interface GateFacts {
  /** Null where nothing was compared. */
  readonly duplicates: Duplicates | null;
  /** Null where no benchmark is named. */
  readonly benchmarks: Benchmarks | null;
  /** The names of the repository; null where nobody asks for them. */
  readonly repository: Named | null;
}

export const noFacts: GateFacts = { duplicates: null, benchmarks: null, repository: null };

/** Null admits the file, a reason skips it, and a refusal drops the whole repository. */
export type Verdict<Reason extends string = string, Code extends DropCode = DropCode> =
  | Reason
  | Skipping<Reason>
  | Refusal<Code>
  | null;

/** Admits the file with these parts replaced by placeholders. */
export interface Redaction {
  readonly findings: readonly Finding[];
}

/**
 * The moments at which a gate may be asked, in order of time. Files come in path order, so a gate
 * may compare a file with earlier ones.
 */
export interface Questions<Reason extends string = string, Code extends DropCode = DropCode> {
  /** Asked with path and bytes, before decoding: the cheapest question. */
  readonly file?: (file: UnpackedFile) => Verdict<Reason, Code>;
  readonly text?: (file: FileText) => Verdict<Reason, Code>;
  /** Asked after `file` and `text`, about a file that has its own licence. */
  readonly licensed?: (own: OwnLicence) => Verdict<Reason, Code>;
  /**
   * Asked twice: before redaction, because redaction costs most, and after it, because redaction
   * may have skipped files.
   */
  readonly repository?: (repository: RepositoryView) => Refusal<Code> | null;
  /** Every gate searches the same text; overlapping findings are replaced as one. */
  readonly redact?: (
    file: FileText,
  ) => RedactAnswer<Reason, Code> | Promise<RedactAnswer<Reason, Code>>;
  /** Counts by kind what it points out in a file that stays, and changes nothing. */
  readonly marks?: (file: FileText) => Counts;
}

export type Counts = Readonly<Record<string, number>>;

type RedactAnswer<Reason extends string, Code extends DropCode> = Verdict<Reason, Code> | Redaction;

/** A gate as an entry of the list. It may read all knobs of `admit`; most gates read one. */
export interface Gate<Knobs = never> {
  readonly name: string;
  /** What the gate skips, drops or replaces, for the table in the README. */
  readonly summary: string;
  /** The gate's own knobs in the section `admit`; gates may share a knob. */
  readonly knobs: z.ZodRawShape;
  /** Every reason with which the gate may skip a file. */
  readonly reasons: readonly string[];
  /** Every code with which the gate may drop a repository. */
  readonly drops: readonly DropCode[];
  /** Called once per repository. Returns `{}`, no questions, if the knobs turn the gate off. */
  readonly open: (knobs: Knobs, facts?: GateFacts) => Questions;
}

type KnobsOf<Shape extends z.ZodRawShape> = {
  readonly [Name in keyof Shape]: z.infer<Shape[Name]>;
};

/** A gate with a closed list of answers: giving an undeclared answer is a type error. */
interface ClosedGate<
  Shape extends z.ZodRawShape,
  Reasons extends readonly string[],
  Drops extends readonly DropCode[],
> extends Gate<KnobsOf<Shape>> {
  readonly knobs: Shape;
  readonly reasons: Reasons;
  readonly drops: Drops;
  readonly open: (
    knobs: KnobsOf<Shape>,
    facts?: GateFacts,
  ) => Questions<Reasons[number], Drops[number]>;
}

export function defineGate<
  Shape extends z.ZodRawShape,
  const Reasons extends readonly string[],
  const Drops extends readonly DropCode[],
>(gate: ClosedGate<Shape, Reasons, Drops>): ClosedGate<Shape, Reasons, Drops> {
  return gate;
}
