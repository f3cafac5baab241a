/** The form of the rows of a shard; apart from what makes them, since a copy reads some. Pure. */
import type { Gain } from '../api.ts';

/** Raised when the form of the rows changes: rows that an older program kept are made again. */
export const shardRowsVersion = 1;

export interface ShardRows {
  readonly version: number;
  readonly rows: readonly ShardRow[];
  /** Of documents whose first piece is here, by language. */
  readonly languages: readonly LanguageCount[];
}

/** A sample as this shard knows it. */
export interface ShardRow {
  readonly id: string;
  readonly repositoryId: string;
  readonly name: string;
  readonly origin: string;
  readonly licence: string;
  /** `3/7` for the third of seven episodes; null for a repository of one document. */
  readonly episode: string | null;
  readonly bytes: number;
  readonly gain: Gain | null;
  /** Canonical JSON of teacher and scorer: a data set has few different ones. */
  readonly teacher: string;
  readonly scorer: string;
  /** Pieces of the sample in all, and in this shard. */
  readonly pieces: number;
  readonly held: number;
  readonly tokens: number;
  readonly trained: number;
  /** Files and what is missing; null where the first piece, which tells them, is elsewhere. */
  readonly first: {
    readonly files: number;
    readonly lacks: Readonly<Record<string, number>>;
  } | null;
}

export interface LanguageCount {
  readonly name: string;
  samples: number;
  files: number;
  bytes: number;
}
