/**
 * What a gate is: a name, its knobs, every answer it may give, and one pure function for each
 * moment at which it wants to be asked. A gate sees what it is shown and nothing else: the same
 * files and knobs give the same answers.
 */
import type { z } from 'zod';
import type { Licence, SkippedFile } from '../../../schemas/generated/types.ts';
import type { DropCode } from '../../runtime/errors.ts';
import type { UnpackedFile } from './archive/unpacked.ts';
import type { Finding } from './redaction/redaction.ts';

/** A file whose bytes are valid UTF-8, as text. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

/** A repository as it stands: the files that are still in, and why the others are not. */
export interface RepositoryView {
  readonly name: string;
  readonly origin: string;
  readonly licence: Licence;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly skipped: readonly SkippedFile[];
}

/** The whole repository stays out; the detail tells a person why, and what to do. */
export interface Refusal<Code extends DropCode = DropCode> {
  readonly code: Code;
  readonly detail: string;
}

/** Null admits a file, a reason skips it, a refusal drops its repository. */
export type Verdict<Reason extends string = string, Code extends DropCode = DropCode> =
  | Reason
  | Refusal<Code>
  | null;

/** The file stays in, with these parts replaced by placeholders. */
export interface Redaction {
  readonly findings: readonly Finding[];
}

/**
 * The moments at which a gate may be asked, in the order in which they come. Files come in path
 * order, so a gate may compare a file with those before it.
 */
export interface Questions<Reason extends string = string, Code extends DropCode = DropCode> {
  /** A path and its bytes, before they are decoded: the cheapest question. */
  readonly file?: (file: UnpackedFile) => Verdict<Reason, Code>;
  readonly text?: (file: FileText) => Verdict<Reason, Code>;
  /**
   * Asked twice: before the files are redacted, which costs most, and after, when some may be gone.
   */
  readonly repository?: (repository: RepositoryView) => Refusal<Code> | null;
  /** Every gate finds its parts in the same text; parts that overlap are replaced as one. */
  readonly redact?: (
    file: FileText,
  ) => RedactAnswer<Reason, Code> | Promise<RedactAnswer<Reason, Code>>;
}

type RedactAnswer<Reason extends string, Code extends DropCode> = Verdict<Reason, Code> | Redaction;

/** A gate as the list holds it: it may read all knobs of `admit`, and most read one. */
export interface Gate<Knobs = never> {
  readonly name: string;
  /** What it keeps out, or takes out, for the table in the README. */
  readonly summary: string;
  /** Its own part of the section `admit`; gates may share a knob. */
  readonly knobs: z.ZodRawShape;
  /** Every reason under which it may skip a file. */
  readonly reasons: readonly string[];
  /** Every code under which it may drop a repository. */
  readonly drops: readonly DropCode[];
  /** Called once for each repository. A gate that its knobs turn off asks nothing: `{}`. */
  readonly open: (knobs: Knobs) => Questions;
}

type KnobsOf<Shape extends z.ZodRawShape> = {
  readonly [Name in keyof Shape]: z.infer<Shape[Name]>;
};

/** A gate whose answers are a closed list: one that it does not declare is a type error. */
interface ClosedGate<
  Shape extends z.ZodRawShape,
  Reasons extends readonly string[],
  Drops extends readonly DropCode[],
> extends Gate<KnobsOf<Shape>> {
  readonly knobs: Shape;
  readonly reasons: Reasons;
  readonly drops: Drops;
  readonly open: (knobs: KnobsOf<Shape>) => Questions<Reasons[number], Drops[number]>;
}

export function defineGate<
  Shape extends z.ZodRawShape,
  const Reasons extends readonly string[],
  const Drops extends readonly DropCode[],
>(gate: ClosedGate<Shape, Reasons, Drops>): ClosedGate<Shape, Reasons, Drops> {
  return gate;
}
