/**
 * What an export reads: the manifest's shards, each checked against its hash before any of it is
 * used, one at a time. Damage is SHARD_CORRUPT; nothing of a damaged shard is written on.
 */
import {
  type ManifestEntry,
  type ManifestShard,
  type ProvenanceLine,
  parseProvenance,
} from '../../schemas/manifest.ts';
import { decodeShard, MdsError, type Pack } from '../../schemas/mds.ts';
import { PipelineError } from '../runtime/errors.ts';
import { sha256 } from '../runtime/ids.ts';

/** A document as its tokens give it. */
export interface DocumentTokens {
  /** Without the control tokens and names of roles that a template puts around turns. */
  readonly text: Buffer;
  /** How many bytes of the text have passed at the end of each token. */
  readonly ends: Uint32Array;
  /** Bytes [start, end) of the text; empty where the template has no turns. */
  readonly turns: readonly {
    readonly role: string;
    readonly start: number;
    readonly end: number;
  }[];
}

export interface DocumentReader {
  /** Throws where the tokens are no document of the output's template. */
  read(ids: Uint32Array): DocumentTokens;
}

/** An output folder as its manifest stood when it was opened. */
export interface ExportSource {
  readonly entries: readonly ManifestEntry[];
  /** SHA-256 of the last entry: it names the state of the data set that is exported. */
  readonly manifestHash: string;
  readonly reader: DocumentReader;
  /** Null when there is no such file. */
  read(path: string): Promise<Buffer | null>;
}

export interface ExportShard {
  /** Position in the data set, from 0. */
  readonly number: number;
  readonly facts: ManifestShard;
  readonly bytes: Buffer;
  readonly packs: readonly Pack[];
  readonly provenanceBytes: Buffer;
  readonly provenance: readonly ProvenanceLine[];
}

/** Every shard in order. Only one is in memory at a time. */
export async function* readShards(source: ExportSource): AsyncGenerator<ExportShard> {
  let number = 0;
  for (const entry of source.entries) {
    for (const facts of entry.shards) {
      yield await readShard(source, facts, number);
      number += 1;
    }
  }
}

async function readShard(
  source: ExportSource,
  facts: ManifestShard,
  number: number,
): Promise<ExportShard> {
  const bytes = await readHashed(source, facts);
  const provenanceBytes = await readHashed(source, facts.provenance);
  const packs = parse(facts.path, () => decodeShard(bytes));
  const provenance = parse(facts.provenance.path, () =>
    parseProvenance(provenanceBytes.toString('utf8')),
  );
  if (packs.length !== facts.packs) {
    throw corrupt(facts.path, `it holds ${packs.length} packs, not ${facts.packs}`);
  }
  for (const line of provenance) {
    const pack = packs[line.pack - facts.firstPack];
    if (pack === undefined || line.tokens[1] > pack.inputIds.length) {
      throw corrupt(facts.provenance.path, `it tells of tokens that pack ${line.pack} has not`);
    }
  }
  return { number, facts, bytes, packs, provenanceBytes, provenance };
}

/** A file that the manifest names, if it is what the manifest says. */
export async function readHashed(
  source: ExportSource,
  file: { readonly path: string; readonly bytes: number; readonly sha256: string },
): Promise<Buffer> {
  const bytes = await source.read(file.path);
  if (bytes === null) throw corrupt(file.path, 'it is missing');
  if (bytes.byteLength !== file.bytes) throw corrupt(file.path, `it has not ${file.bytes} bytes`);
  if (sha256(bytes) !== file.sha256) throw corrupt(file.path, 'it does not match its hash');
  return bytes;
}

function parse<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (path.endsWith('.mds') && !(error instanceof MdsError)) throw error;
    throw corrupt(path, (error as Error).message, error);
  }
}

export function corrupt(subject: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'SHARD_CORRUPT',
    `${subject} cannot be exported: ${what}; \`backstory verify\` tells more`,
    { subject, cause },
  );
}
