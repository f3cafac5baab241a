/**
 * A language's own tool, which says which files of a repository depend on which others.
 * To add one: `judges/<language>/oracle.ts` exports an `Oracle`, and oracles.ts lists it. The
 * scorer knows no language; what is special about one is said here: `visible`, `judged` and
 * `neutral`.
 */

export interface OracleEdge {
  readonly from: string;
  readonly to: string;
  /** How it comes about (`import`, `name`, `re-exported name`, `method`): the class of a miss. */
  readonly via: string;
  /** Whether a reader of `from` sees it. What only type inference finds is right, not required. */
  readonly visible: boolean;
}

export interface Verdict {
  readonly edges: readonly OracleEdge[];
  /** Files that the tool has read. Only edges between two of them are scored. */
  readonly judged: ReadonlySet<string>;
}

export interface Tool {
  readonly command: string;
  /** Arguments with which it says its version and ends with 0. */
  readonly probe: readonly string[];
  /** Where a person gets it. */
  readonly hint: string;
}

/** Runs a program; throws a BenchError with the end of what it said when it fails. */
export type RunTool = (
  command: string,
  args: readonly string[],
  options?: RunOptions,
) => Promise<string>;

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Accept a failure: tools that report errors in the sources still say what they know. */
  readonly mayFail?: boolean;
}

export interface Context {
  readonly run: RunTool;
  /** A folder that stays between runs, for what an oracle installs or builds. */
  readonly cache: string;
}

export interface Repository {
  readonly name: string;
  /** Fills an empty folder, by the language's ordinary package client and at a fixed version. */
  readonly obtain: (folder: string, context: Context) => Promise<void>;
  /** Folders of the repository that the tool must be told of; its own where none is given. */
  readonly roots?: readonly string[];
  /** What else the tool is told, such as the options of a build. */
  readonly options?: readonly string[];
}

export interface Checkout {
  readonly name: string;
  readonly folder: string;
  readonly roots: readonly string[];
  readonly options: readonly string[];
}

export interface Oracle {
  readonly language: string;
  /** Names in services/stages/extract/languages/all-languages.ts of the files that it judges. */
  readonly languages: readonly string[];
  readonly tools: readonly Tool[];
  readonly repositories: readonly Repository[];
  /** What issue and README ask for. */
  readonly required: { readonly precision: number; readonly recall: number };
  readonly judge: (checkout: Checkout, context: Context) => Promise<Verdict>;
  /** Edges that count neither for nor against, such as to a package's `__init__`, and why. */
  readonly neutral?: {
    readonly reason: string;
    readonly test: (edge: { readonly from: string; readonly to: string }) => boolean;
  };
}
