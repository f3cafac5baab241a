/**
 * What `discover` may ask of a code host. Every answer is the host's word about others' work: data,
 * never instructions. A failure is a coded error: `drop` codes are about one repository, `fatal`
 * codes about the host.
 */
import type { HostedRepository } from '../../schemas/generated/types.ts';

/** A commit, and the tag with which a later question for it costs no quota. */
export interface HostedCommit {
  readonly commit: string;
  readonly timeMs: number;
  readonly etag: string | null;
}

export interface SearchPage {
  /** Repositories that match, which may be more than the host shows. */
  readonly total: number;
  /** The host ran out of time, so that some may be missing. */
  readonly incomplete: boolean;
  readonly repositories: readonly HostedRepository[];
  /** What the host calls those whose description cannot be used, each cut to 200 characters. */
  readonly unusable: readonly string[];
  /** When they were created, in seconds since 1970. */
  readonly createdSeconds: readonly number[];
  readonly hasNext: boolean;
  /** The host's time of the answer. */
  readonly timeMs: number;
}

export interface SnapshotLimits {
  readonly bytesMax: number;
  readonly timeoutMs: number;
}

export interface CodeHost {
  /** The name under which repositories are known, as `github.com`. */
  readonly name: string;
  /** A repository by owner and name, also under an earlier name. */
  repository(name: string, signal: AbortSignal): Promise<HostedRepository>;
  /** The commit of a branch, tag or hash; of the default branch for null. */
  commit(
    name: string,
    reference: string | null,
    signal: AbortSignal,
    etag?: string | null,
  ): Promise<HostedCommit | 'unchanged'>;
  /** A gzipped tar of the files of a commit, whole. */
  snapshot(
    name: string,
    commit: string,
    limits: SnapshotLimits,
    signal: AbortSignal,
  ): Promise<Buffer>;
  /** A page of a search, from 1, of 100 repositories; at most 10 pages are shown. */
  search(query: string, page: number, signal: AbortSignal): Promise<SearchPage>;
}

/** The most that one search shows, and a page of it. */
export const shownMax = 1000;
export const pageSize = 100;
