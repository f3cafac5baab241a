/**
 * The teacher port: the model that writes requirements, plans and thoughts. A request is plain JSON
 * and holds only text and structure of the admitted repository; together with the teacher's
 * identity and the sample index it is the memo's key. No answer of a teacher becomes an observation
 * or code.
 */
import type { Edge, FileStructure, ModelIdentity, Usage } from '../../schemas/generated/types.ts';
import type { TeacherLoad } from './load.ts';

/** An answer that a check refused: the teacher is asked again, and told why. */
export interface Mending {
  readonly answer: string;
  readonly problem: string;
}

/** A part of a large project that is planned by itself. */
export interface Module {
  /** Where its files lie. */
  readonly name: string;
  /** Positions of its files in writing order. */
  readonly files: readonly number[];
}

export interface PlanRequest {
  readonly name: string;
  readonly licence: string;
  /** First bytes of the README, or empty. */
  readonly readme: string;
  /** Every admitted file in writing order, with its outline. */
  readonly files: readonly FileStructure[];
  readonly edges: readonly Edge[];
  /** Together they hold every file once; none where the project is planned as one. */
  readonly modules: readonly Module[];
  /** First bytes of each manifest file (package.json, pyproject.toml, go.mod …): path and text. */
  readonly manifests: readonly { readonly path: string; readonly text: string }[];
  readonly mending?: Mending;
}

export type ProseName = 'requirements' | 'architecture';

export interface PlanAnswer {
  readonly requirements: string;
  readonly architecture: string;
  /** One purpose per path. One that is missing is listed, with the reason if `failures` has it. */
  readonly purposes: readonly FilePurpose[];
  /** One purpose per module; what holds of files holds of them. */
  readonly modules?: readonly ModulePurpose[];
  /** Why purposes are missing, where the teacher refused to give them or gave none of use. */
  readonly failures?: readonly MissingPurposes[];
  /** Why a text is empty, where a check refused it. */
  readonly refused?: Partial<Readonly<Record<ProseName, string>>>;
}

export interface FilePurpose {
  readonly path: string;
  readonly purpose: string;
}

export interface ModulePurpose {
  /** Its position in the request. */
  readonly module: number;
  readonly purpose: string;
}

/** Whose purpose it is; a module by its position in the request. */
export type PurposeOf = { readonly path: string } | { readonly module: number };

export interface MissingPurposes {
  readonly of: readonly PurposeOf[];
  /** Code and message. */
  readonly reason: string;
}

/** Purposes of files and modules, and why others are missing. */
export interface Purposes extends Required<Pick<PlanAnswer, 'purposes' | 'modules' | 'failures'>> {}

/** The purpose of a file or of a module that a check refused, or that is not there. */
export interface RefusedPurpose extends Mending {
  readonly of: PurposeOf;
}

/** Asks again for some purposes of a plan; what stands of it is shown. */
export interface MendRequest {
  readonly request: PlanRequest;
  readonly planned: Required<Pick<PlanAnswer, ProseName | 'modules'>>;
  readonly refused: readonly RefusedPurpose[];
}

/** A dependency that the sub-agent has read. */
export interface ReadFile {
  readonly path: string;
  /** The text shown: exactly the bytes of the read's lines. */
  readonly text: string;
  readonly structure: FileStructure;
  /** Names from this dependency that the file uses. */
  readonly names: readonly string[];
}

export interface ThinkRequest {
  readonly name: string;
  readonly requirements: string;
  readonly architecture: string;
  /** The part of a large project to which the file belongs; null in one that is planned as one. */
  readonly module: { readonly name: string; readonly purpose: string } | null;
  readonly path: string;
  readonly purpose: string;
  readonly structure: FileStructure;
  readonly reads: readonly ReadFile[];
  /** Files written before this one, those nearest to it, in writing order. */
  readonly written: readonly { readonly path: string; readonly purpose: string }[];
  /** Files that depend on this one and the names they use, most important first. */
  readonly usedBy: readonly { readonly path: string; readonly names: readonly string[] }[];
  /** The ground truth the thought must lead to. The thought must not copy it. */
  readonly code: string;
  /** Of a long file, the part that is asked about: `code` and `structure` are of that part. */
  readonly part?: FilePart;
  readonly mending?: Mending;
}

/** Lines from 1, both inclusive. */
export interface LineSpan {
  readonly fromLine: number;
  readonly toLine: number;
}

export interface FilePart extends LineSpan {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  readonly whole: WholeFile;
}

/** What a request about a part says of the file that it is a part of. */
export interface WholeFile extends Pick<ThinkRequest, 'structure' | 'usedBy' | 'code'> {
  readonly parts: readonly LineSpan[];
}

/** Asks at once for the thoughts before all parts of a long file. */
export interface PartsRequest extends ThinkRequest {
  readonly parts: readonly LineSpan[];
}

export interface RewriteRequest extends ThinkRequest {
  readonly thought: string;
  /** Iteration of the search, from 0. */
  readonly round: number;
  /** Place among the rewrites that are asked for at once, from 0. */
  readonly ordinal: number;
  /** Bits of the code with this thought, rounded: what a rewrite must lower. */
  readonly bits: number;
  /** Lines of the code that surprise the scorer most after this thought, in their order. */
  readonly weakLines?: readonly WeakLine[];
  /** The latest rewrites of this thought that the search did not keep, or kept and surpassed. */
  readonly tried: readonly TriedRewrite[];
  /** Longest answer wanted, in bytes of UTF-8. */
  readonly bytesMax: number;
}

export interface WeakLine {
  /** From 1, within the code. */
  readonly line: number;
  /** Rounded. */
  readonly bits: number;
  readonly text: string;
}

export interface TriedRewrite {
  readonly outcome: 'accepted' | 'not-better' | 'leak' | 'too-long' | 'invalid';
  /** Rounded; null where the rewrite was refused unscored. */
  readonly bits: number | null;
  /** Empty where it was too long. */
  readonly text: string;
}

export interface Answer<Value> {
  readonly value: Value;
  readonly usage: Usage;
}

/**
 * What was paid for on the way to an answer that takes several calls. It is kept under the key of
 * the answer, so that a stop between two calls loses none of them.
 */
export interface Draft {
  /** The key of a part in the memo; no other part of any answer has it. */
  keyOf(part: string): string;
  read(part: string): Promise<unknown>;
  write(part: string, value: unknown): Promise<void>;
}

/** Keeps nothing; for a teacher that nobody remembers. */
export const noDraft: Draft = {
  keyOf: (part) => part,
  read: async () => null,
  write: async () => {},
};

/** Keeps each part under another name. */
export function renameParts(draft: Draft, nameOf: (part: string) => string): Draft {
  return {
    keyOf: (part) => draft.keyOf(nameOf(part)),
    read: (part) => draft.read(nameOf(part)),
    write: (part, value) => draft.write(nameOf(part), value),
  };
}

export interface Teacher {
  readonly identity: ModelIdentity;
  plan(request: PlanRequest, signal: AbortSignal, draft?: Draft): Promise<Answer<PlanAnswer>>;
  /** A teacher without it gives the same purposes always. */
  mendPurposes?(asked: MendRequest, signal: AbortSignal, draft?: Draft): Promise<Answer<Purposes>>;
  think(request: ThinkRequest, signal: AbortSignal, draft?: Draft): Promise<Answer<string>>;
  /** One thought for each part, in order. A teacher without it writes every file at once. */
  thinkParts?(
    request: PartsRequest,
    signal: AbortSignal,
    draft?: Draft,
  ): Promise<Answer<readonly string[]>>;
  /**
   * Rewrites a thought; `sample` differs for every rewrite of it. Null: this teacher has no other
   * rewrite, which is an answer and no failure; the search asks again only where a better thought
   * was found meanwhile.
   */
  rewrite(
    request: RewriteRequest,
    sample: number,
    signal: AbortSignal,
    draft?: Draft,
  ): Promise<Answer<string | null>>;
  /** The problem with the teacher and its remedy, or null; for `doctor` and start-up. */
  check(): Promise<string | null>;
  /** After `check`: what is odd and may work all the same. */
  remark?(): string | null;
  /** Where it calls endpoints: how busy they are, and what was spent. */
  load?(): TeacherLoad;
}
