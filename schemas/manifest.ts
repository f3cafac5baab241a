/**
 * The manifest: numbered entries that list the shards in order and say where a writer continues. It
 * is the truth about an output: it names every other file there with its hash, or the file is
 * derived from it. shards.md explains each field.
 */
import { z } from 'zod';
import { maskingNames, templateNames } from './trajectory-text.ts';

export const manifestFormat = 2;

export const count = z.int().nonnegative();
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const path = z.string().regex(/^(?!\/)(?!.*\.\.)[\w.\-/]+$/);

const fileReference = z.strictObject({ path, bytes: count, sha256: hash });
const blobReference = z.strictObject({ sha256: hash, bytes: count });

/** A shard, the packs in it and the provenance file beside it. */
const shard = fileReference.extend({
  firstPack: count,
  packs: count,
  tokens: count,
  trainedTokens: count,
  provenance: fileReference,
});

/** How far a partition was read: records before `next` are in this manifest or not needed. */
const source = z.strictObject({ topic: z.string(), partition: count, from: count, next: count });

/** Which of a repository's episodes a sample is, from 1. */
const episode = z.strictObject({ number: z.int().positive(), of: z.int().positive() });

/** A sample whose pieces are not all in shards yet, with all that is needed to cut them again. */
const carriedSample = z.strictObject({
  id: z.string(),
  parentId: z.string(),
  repositoryId: z.string(),
  stage: z.string(),
  stageVersion: count,
  sourceSequence: count,
  /** The encoded trajectory body. */
  body: blobReference,
  /** Absent where the repository is one document. */
  episode: episode.optional(),
});

/** A pack in the making: pairs of a position in `carried.samples` and the index of a piece. */
const carriedPack = z.array(z.tuple([count, count]));

export const manifestEntrySchema = z.strictObject({
  format: z.literal(manifestFormat),
  entry: count,
  /** SHA-256 of the entry before this one; null in the first. */
  previous: hash.nullable(),
  dataset: z.string(),
  runId: z.string(),
  contextLength: count,
  tokenizer: z.strictObject({
    name: z.string(),
    file: fileReference,
    fingerprint: hash,
    /** Id of the token that follows a document. */
    endOfText: count,
    /** How documents became tokens. */
    template: z.enum(templateNames),
    masking: z.enum(maskingNames),
  }),
  /** Packs and shards in all entries before this one. */
  firstPack: count,
  firstShard: count,
  shards: z.array(shard),
  sources: z.array(source),
  /** First source position that is not part of the data set yet (bounded runs). */
  nextSequence: count,
  /** Ids of the samples that this entry adds. */
  samples: z.array(z.string()),
  carried: z.strictObject({
    /** What decides the cuts: with other values, the same number would mean another piece. */
    cut: z.strictObject({ version: count, prefixTokensMax: count }),
    samples: z.array(carriedSample),
    /** Full packs that wait for their shard, in order. */
    pending: z.array(carriedPack),
    /** Packs that may still be filled, oldest first. */
    open: z.array(carriedPack),
  }),
  /** Pieces without a trained token: parts of an observation longer than the context. */
  maskedPieces: count,
  /** True in the last entry of a bounded run. */
  closed: z.boolean(),
});

export type ManifestEntry = z.infer<typeof manifestEntrySchema>;
export type ManifestShard = ManifestEntry['shards'][number];
export type CarriedSample = z.infer<typeof carriedSample>;

/** One line of a provenance file: where the tokens of one piece come from. */
export const provenanceLineSchema = z.strictObject({
  /** Index of the pack in the data set. */
  pack: count,
  /** Tokens of the pack that are this piece. */
  tokens: z.tuple([count, count]),
  /** How many of these, from the first, repeat the document's start; a reader drops them. */
  prefixTokens: count,
  /** The document's tokens [start, end) that the other tokens of the piece are. */
  documentTokens: z.tuple([count, count]),
  piece: count,
  pieces: count,
  sampleId: z.string(),
  parentId: z.string(),
  stage: z.string(),
  stageVersion: count,
  repositoryId: z.string(),
  name: z.string(),
  origin: z.string(),
  commit: z.string().nullable(),
  licence: z.string(),
  document: blobReference,
  teacher: z.unknown(),
  scorer: z.unknown(),
  search: z.unknown(),
  runId: z.string(),
  /** Absent where the repository is one document. */
  episode: episode.optional(),
  /** Every file the document writes, in order; only with the first piece. */
  files: z.array(z.strictObject({ path: z.string(), bytes: count, sha256: hash })).nullable(),
  /** What the document is written without, and why; only with the first piece, absent normally. */
  lacks: z
    .array(z.strictObject({ what: z.string(), path: z.string().nullable(), reason: z.string() }))
    .optional(),
  /**
   * Answers that a check refused, by check: about the plan, which has no path, and about a file's
   * thoughts. Each was asked for again, or given up. Only with the first piece, absent normally.
   */
  refused: z
    .array(z.strictObject({ path: z.string().nullable(), checks: z.record(z.string(), count) }))
    .optional(),
  /** Files without a thought whose write is not trained; only with the first piece. */
  masked: z.array(z.string()).optional(),
});

export type ProvenanceLine = z.infer<typeof provenanceLineSchema>;

/**
 * What binds the end of the chain: no later entry holds the hash of the last one, and no entry that
 * of `run.json`. It is written after each entry, so it may be one entry behind while a data set
 * grows.
 */
export const manifestHeadSchema = z.strictObject({
  format: z.literal(1),
  /** Number and SHA-256 of the last entry. */
  entry: count,
  sha256: hash,
  /** Files that say which run this is, with the hash that each has for ever. */
  files: z.array(z.strictObject({ path, sha256: hash })),
  /** The newest checkpoint (checkpoint.ts); absent where there is none. */
  checkpoint: z.strictObject({ checkpoint: count, sha256: hash }).optional(),
  /** How many checkpoints `shards/index.json` covers; absent where it covers all entries. */
  indexed: count.optional(),
  /** The newest generation of opt-outs (optOutSchema); absent where there is none. */
  optOuts: z.strictObject({ generation: count, sha256: hash }).optional(),
});

export type ManifestHead = z.infer<typeof manifestHeadSchema>;

export const manifestHeadName = 'head.json';

/** Of these, the head names those that exist. */
export const runFiles = ['run.json', 'input.json'] as const;

/** Throws an Error that says what is wrong with it. */
export function parseManifestHead(text: string): ManifestHead {
  const parsed = manifestHeadSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Error(z.prettifyError(parsed.error));
}

interface LackLine {
  readonly what: string;
  readonly path: string | null;
}

/** Paths of the files that were written without a thought. */
export function thoughtlessPaths(lacks: readonly LackLine[]): Set<string> {
  return pathsOf(lacks, ['thought', 'plain']);
}

/** Of these, the files that earn a thought: only their write may be masked. */
export function maskablePaths(lacks: readonly LackLine[]): Set<string> {
  return pathsOf(lacks, ['thought']);
}

function pathsOf(lacks: readonly LackLine[], wanted: readonly string[]): Set<string> {
  const those = lacks.filter(({ what }) => wanted.includes(what));
  return new Set(those.flatMap(({ path }) => (path === null ? [] : [path])));
}

/** File name of an entry: eight digits, so that names sort as numbers do. */
export function manifestName(entry: number): string {
  return `${String(entry).padStart(8, '0')}.json`;
}

/** Whether a file of the manifest folder is an entry. */
export function isManifestName(name: string): boolean {
  return /^\d{8}\.json$/.test(name);
}

/** Parses and checks one entry. Throws an Error that says what is wrong with it. */
export function parseManifestEntry(text: string, entry: number): ManifestEntry {
  const parsed = manifestEntrySchema.safeParse(parseJson(text));
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  if (parsed.data.entry !== entry) throw new Error(`it says it is entry ${parsed.data.entry}`);
  return parsed.data;
}

/** Parses a provenance file. Throws an Error that names the line. */
export function parseProvenance(text: string): ProvenanceLine[] {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('its last line does not end');
  return lines.map((line, position) => {
    const parsed = provenanceLineSchema.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
    throw new Error(`line ${position + 1}: ${z.prettifyError(parsed.error)}`);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not JSON');
  }
}

/**
 * Generations of opt-outs, beside the chain of entries: each adds rules and names the shards that
 * stand in for those with text of the repositories that they match. Like entries, they are numbered
 * without gaps, created only if absent, and hold the hash of the one before.
 */
export const optOutFolder = 'manifest/opt-outs';

/** A pack and its tokens [start, end) that are blank: end of text, none of them trained. */
const blank = z.tuple([count, count, count]);

export const optOutSchema = z.strictObject({
  format: z.literal(1),
  generation: count,
  /** SHA-256 of the generation before; null in the first. */
  previous: hash.nullable(),
  /** SHA-256 of the list that was applied; null where a writer met what earlier rules match. */
  list: hash.nullable(),
  /** The rules that this generation adds, one as each line of a list has it. */
  rules: z.array(z.string()),
  /** Repositories that leave, and the rule that each matches. */
  repositories: z.array(z.strictObject({ repositoryId: z.string(), rule: z.string() })),
  /** Their samples in these shards. */
  samples: z.array(z.string()),
  /** The shard of an entry, what stands in for it, and all that is blank there. */
  replaced: z.array(z.strictObject({ path, sha256: hash, by: shard, blanks: z.array(blank) })),
});

export type OptOutGeneration = z.infer<typeof optOutSchema>;
export type ReplacedShard = OptOutGeneration['replaced'][number];

export function optOutPath(generation: number): string {
  return `${optOutFolder}/${String(generation).padStart(8, '0')}.json`;
}

export function isOptOutName(name: string): boolean {
  return /^\d{8}\.json$/.test(name);
}

/**
 * Beside the manifest, where an opt-out was told to erase: the repositories whose records the log
 * lacks, and the blobs that only they used. Written before anything goes, so that it can be
 * finished by whoever comes after a killed process.
 */
export const erasurePath = 'erased.json';

export const erasureSchema = z.strictObject({
  format: z.literal(1),
  repositories: z.array(z.strictObject({ repositoryId: z.string(), name: z.string() })),
  /** SHA-256 of each, in order. */
  blobs: z.array(hash),
});

export type Erasure = z.infer<typeof erasureSchema>;
