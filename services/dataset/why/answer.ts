/** The answer of `why`, as `--json` prints it. Types only. */
import type {
  HostedRepository,
  Lack,
  Licence,
  ModelIdentity,
  Usage,
} from '../../../schemas/generated/types.ts';
import type { FilePlaces } from './file-places.ts';
import type { LetterFact } from './from-log.ts';
import type { PiecePlace } from './from-shards.ts';

export interface Why {
  readonly asked: string;
  readonly dataset: string;
  readonly runId: string;
  /** False while the data set grows. */
  readonly closed: boolean;
  /** Parts of the output that could not be looked into, each with the reason. */
  readonly missing: readonly string[];
  readonly repositories: readonly RepositoryStory[];
  /** Further repositories that answer to what was asked, and are not told of. */
  readonly more: number;
}

export interface RepositoryStory {
  readonly repositoryId: string;
  readonly name: string;
  readonly origin: string;
  readonly commit: string | null;
  readonly hosted: HostedRepository | null;
  readonly verdict: Verdict;
  /** The archive that came in. */
  readonly source: SourceFact | null;
  /** Where it was dropped, also as a duplicate that came again. */
  readonly drops: readonly DropFact[];
  readonly letters: readonly LetterFact[];
  readonly duplicates: Duplicates;
  readonly licence:
    | (Pick<Licence, 'expression'> & {
        /** Null where the log is missing: shards hold the expression alone. */
        readonly evidence: Licence['evidence'] | null;
      })
    | null;
  readonly gates: GateFacts | null;
  readonly plan: PlanFact | null;
  readonly work: WorkFact | null;
  /** What its answers cost; null where the log is missing. */
  readonly usage: Usage | null;
  /** What it was written without. */
  readonly lacks: readonly Lack[];
  readonly samples: readonly SampleFact[];
  /** The file that was asked for. */
  readonly file: FileFact | null;
}

export interface Verdict {
  readonly state: 'in' | 'partly in' | 'left out' | 'opted out' | 'under way' | 'unknown';
  /** In words, for people. */
  readonly why: string;
}

export interface SourceFact {
  readonly archiveSha256: string;
  readonly bytes: number;
  readonly format: string;
  readonly treeSha256: string | null;
  readonly position: number;
  readonly eventTimeMs: number;
}

export interface DropFact {
  readonly stage: string;
  readonly disposition: string;
  readonly reason: string;
  readonly detail: string;
}

export interface Duplicates {
  /** The repository with the same files that came first; null where this one did. */
  readonly of: string | null;
  /** Later sources with the same files. */
  readonly later: readonly string[];
}

export interface GateFacts {
  readonly version: number;
  readonly files: number;
  readonly bytes: number;
  /** Files left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Replaced values, by kind; never the values. */
  readonly redacted: Readonly<Record<string, number>>;
  readonly redactedFiles: number;
  /** What gates point out and leave in place, by gate and kind. */
  readonly marked: Readonly<Record<string, number>>;
  readonly markedFiles: number;
}

export interface PlanFact {
  readonly teacher: ModelIdentity;
  readonly files: number;
  readonly edges: number;
  readonly unresolvedImports: number;
  readonly requirements: string;
}

export interface WorkFact {
  /** Files by how they ended. */
  readonly files: Readonly<Record<string, number>>;
  readonly thoughts: number;
  /** Thoughts of which a rewrite was kept, and candidates by outcome. */
  readonly rewritten: number;
  readonly candidates: Readonly<Record<string, number>>;
}

export interface SampleFact {
  readonly id: string;
  readonly episode: { readonly number: number; readonly of: number } | null;
  readonly whole: boolean;
  readonly document: { readonly sha256: string; readonly bytes: number };
  readonly teacher: ModelIdentity;
  readonly scorer: ModelIdentity | null;
  readonly runId: string;
  readonly pieces: readonly PiecePlace[];
}

export interface FileFact {
  readonly path: string;
  readonly line: number | null;
  readonly state: 'written' | 'left out' | 'not written' | 'unknown';
  readonly why: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly redacted: Readonly<Record<string, number>>;
  readonly redactions: number | null;
  readonly marked: Readonly<Record<string, number>>;
  readonly licences: readonly string[];
  readonly language: string | null;
  readonly purpose: string | null;
  readonly dependsOn: readonly string[];
  readonly work: FileWork | null;
  readonly places: readonly FilePlaces[];
}

export interface FileWork {
  readonly status: string;
  /** Why it has no thought, or was not searched. */
  readonly reason: string | null;
  readonly thoughts: readonly string[];
  readonly rewritten: number;
  readonly candidates: Readonly<Record<string, number>>;
  readonly usage: Usage;
}
