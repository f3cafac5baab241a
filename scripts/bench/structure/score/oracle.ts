/**
 * The interface of an oracle: a language's own tool, which says which files of a repository depend
 * on which others. To add one, export an `Oracle` from `judges/<language>/oracle.ts` and list it in
 * oracles.ts. The scorer knows no language; `visible`, `judged` and `neutral` carry what is
 * special.
 */

export interface OracleEdge {
  readonly from: string;
  readonly to: string;
  /** The kind of edge (`import`, `name`, `re-exported name`, `method`): the class of a miss. */
  readonly via: string;
  /** Whether a reader of `from` sees it; an edge that needs type inference is not required. */
  readonly visible: boolean;
}

export interface Verdict {
  readonly edges: readonly OracleEdge[];
  /** Files that the tool has read. Only edges between two of them are scored. */
  readonly judged: ReadonlySet<string>;
}

export interface Tool {
  readonly command: string;
  /** Arguments that print the version with exit code 0. */
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
  /** Accepts a failure: a tool that reports errors in the sources still prints its edges. */
  readonly mayFail?: boolean;
}

export interface Context {
  readonly run: RunTool;
  /** A folder that stays between runs, for files that an oracle installs or builds. */
  readonly cache: string;
}

export interface Repository {
  readonly name: string;
  /** Fills an empty folder, by the language's ordinary package client and at a fixed version. */
  readonly obtain: (folder: string, context: Context) => Promise<void>;
  /** Folders of the repository to give to the tool; without any it takes its defaults. */
  readonly roots?: readonly string[];
  /** Further arguments of the tool, such as build options. */
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
  /** Names, as in services/stages/extract/languages/list.ts, of the languages that it judges. */
  readonly languages: readonly string[];
  readonly tools: readonly Tool[];
  readonly repositories: readonly Repository[];
  /** The precision and recall that the README requires. */
  readonly required: { readonly precision: number; readonly recall: number };
  readonly judge: (checkout: Checkout, context: Context) => Promise<Verdict>;
  /** Edges that count neither for nor against, such as to a package's `__init__`, and why. */
  readonly neutral?: {
    readonly reason: string;
    readonly test: (edge: { readonly from: string; readonly to: string }) => boolean;
  };
}
