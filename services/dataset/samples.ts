/**
 * Samples as they lie in the shards: which there are, and one of them back from its tokens. Reads
 * only the output folder, so it shows what a trainer would see and nothing else.
 */
import type { ModelIdentity, SearchSummary } from '../../schemas/generated/types.ts';
import {
  type ManifestEntry,
  type ManifestShard,
  type ProvenanceLine,
  parseProvenance,
} from '../../schemas/manifest.ts';
import { decodeShard, type Pack } from '../../schemas/mds.ts';
import {
  parseTrajectory,
  renderTrajectory,
  type TextSegment,
} from '../../schemas/trajectory-text.ts';
import { PipelineError } from '../runtime/errors.ts';
import { openLocalObjects } from '../runtime/store/objects/local.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { readManifest } from './manifest.ts';
import { type DocumentReader, openDocumentReader } from './template/document-reader.ts';
import { type ReadDocument, TemplateError, tokenPlaces } from './template/read.ts';

export interface SampleOverview {
  readonly id: string;
  readonly name: string;
  readonly origin: string;
  readonly commit: string | null;
  readonly licence: string;
  readonly files: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly teacher: ModelIdentity;
  readonly scorer: ModelIdentity | null;
  readonly search: SearchSummary | null;
}

/** A segment with its mask as the tokens carry it. */
export interface MaskedSegment extends TextSegment {
  /** Whose turn it is in; null where the template has no turns. */
  readonly role: string | null;
  readonly trained: boolean;
  /** Its own, without the marks around its turn. */
  readonly tokens: number;
}

export interface Sample {
  readonly overview: SampleOverview;
  readonly segments: readonly MaskedSegment[];
}

export interface OpenOutput {
  readonly entries: readonly ManifestEntry[];
  readonly shards: readonly ManifestShard[];
  readonly store: ObjectStore;
}

interface Piece {
  readonly line: ProvenanceLine;
  readonly inputIds: Uint32Array;
  readonly mask: Uint8Array;
}

/** Reads the manifest of an output in a folder or another store. */
export async function openOutput(place: string | ObjectStore): Promise<OpenOutput> {
  const store = typeof place === 'string' ? openLocalObjects(place) : place;
  const { entries } = await readManifest(store);
  if (entries.length === 0) {
    throw new PipelineError(
      'OUTPUT_MISSING',
      `${store.place} holds no manifest: no run has sealed a shard there yet`,
      { subject: store.place },
    );
  }
  return { entries, shards: entries.flatMap((entry) => entry.shards), store };
}

/** Every sample with at least one piece in a shard, in the order of the shards. */
export async function listSamples(output: OpenOutput): Promise<SampleOverview[]> {
  const samples = new Map<string, { line: ProvenanceLine; tokens: number; trained: number }>();
  for (const shard of output.shards) {
    for (const piece of await readPieces(output, shard, () => true)) {
      const { sampleId } = piece.line;
      const sample = samples.get(sampleId) ?? { line: piece.line, tokens: 0, trained: 0 };
      if (piece.line.piece === 0) sample.line = piece.line;
      // What a later piece repeats from the start of its document is masked and not counted twice.
      sample.tokens += piece.inputIds.length - piece.line.prefixTokens;
      sample.trained += piece.mask.reduce((sum, value) => sum + value, 0);
      samples.set(sampleId, sample);
    }
  }
  return [...samples.values()].map(({ line, tokens, trained }) => overview(line, tokens, trained));
}

/** The sample whose id or repository name begins with `wanted`; USAGE when none or several do. */
export async function readSample(output: OpenOutput, wanted: string): Promise<Sample> {
  const matches = (line: ProvenanceLine) =>
    line.sampleId.startsWith(wanted) || line.name.startsWith(wanted);
  const pieces: Piece[] = [];
  for (const shard of output.shards) pieces.push(...(await readPieces(output, shard, matches)));
  const exact = pieces.filter(({ line }) => line.sampleId === wanted || line.name === wanted);
  const chosen = exact.length > 0 ? exact : pieces;
  const ids = [...new Set(chosen.map(({ line }) => line.sampleId))];
  const [id] = ids;
  if (id === undefined || ids.length > 1) {
    const what = id === undefined ? 'no sample' : `${ids.length} samples`;
    throw new PipelineError(
      'USAGE',
      `${what} here begin with ${wanted}; \`backstory inspect OUT\` lists them`,
      { subject: wanted },
    );
  }
  return assemble(await loadReader(output), chosen);
}

function assemble(reader: DocumentReader, pieces: readonly Piece[]): Sample {
  const ordered = [...pieces].sort((a, b) => a.line.piece - b.line.piece);
  const [first] = ordered;
  if (first === undefined || ordered.length !== first.line.pieces) {
    throw new PipelineError(
      'OUTPUT_MISSING',
      `only ${ordered.length} of ${first?.line.pieces} pieces are in shards yet; let the run finish`,
    );
  }
  const own = ordered.map(({ line, inputIds, mask }) => ({
    ids: inputIds.subarray(line.prefixTokens),
    mask: mask.subarray(line.prefixTokens),
  }));
  const ids = Uint32Array.from(own.flatMap((piece) => [...piece.ids]));
  const mask = Uint8Array.from(own.flatMap((piece) => [...piece.mask]));
  const segments = maskSegments(readWhole(reader, ids, first.line), mask);
  const trained = mask.reduce((sum, value) => sum + value, 0);
  return { overview: overview(first.line, ids.length, trained), segments };
}

function readWhole(reader: DocumentReader, ids: Uint32Array, line: ProvenanceLine): ReadDocument {
  try {
    return reader.read(ids);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new PipelineError(
      'SHARD_CORRUPT',
      `sample ${line.sampleId}: ${error.message}; \`backstory verify\` tells more`,
      { subject: line.sampleId, cause: error },
    );
  }
}

/** Lays the segments over the tokens; a token belongs where its last byte of text lies. */
function maskSegments(document: ReadDocument, mask: Uint8Array): MaskedSegment[] {
  const { ends, places, turns } = document;
  const segments = parseTrajectory(document.text.toString('utf8'));
  let token = 0;
  let end = 0;
  return renderTrajectory(segments).map((rendered, index) => {
    const start = end;
    end += Buffer.byteLength(rendered.text);
    const role = turns.find((turn) => turn.start <= start && start < turn.end)?.role ?? null;
    let tokens = 0;
    let trained = 0;
    for (; (ends[token] ?? Number.POSITIVE_INFINITY) <= end; token += 1) {
      if (places[token] !== tokenPlaces.text) continue;
      tokens += 1;
      trained += mask[token] ?? 0;
    }
    const segment = segments[index];
    if (segment === undefined) throw new Error('rendering lost a segment');
    return { ...segment, role, trained: trained > 0, tokens };
  });
}

async function readPieces(
  { store }: OpenOutput,
  shard: ManifestShard,
  matches: (line: ProvenanceLine) => boolean,
): Promise<Piece[]> {
  const provenance = await requireFile(store, shard.provenance.path);
  const lines = parseProvenance(provenance.toString('utf8')).filter(matches);
  if (lines.length === 0) return [];
  const packs = decodeShard(await requireFile(store, shard.path));
  return lines.map((line) => cutPiece(packs[line.pack - shard.firstPack], line, shard.path));
}

function cutPiece(pack: Pack | undefined, line: ProvenanceLine, path: string): Piece {
  if (pack === undefined) {
    throw new PipelineError('SHARD_CORRUPT', `${path} has no pack ${line.pack}`, { subject: path });
  }
  const [start, end] = line.tokens;
  return {
    line,
    inputIds: pack.inputIds.subarray(start, end),
    mask: pack.mask.subarray(start, end),
  };
}

export async function loadReader({ store, entries }: OpenOutput): Promise<DocumentReader> {
  const { tokenizer } = entries.at(-1) ?? {};
  if (tokenizer === undefined) throw new Error('an open output has entries');
  const file = await requireFile(store, tokenizer.file.path);
  return openDocumentReader(file.toString('utf8'), tokenizer);
}

async function requireFile(store: ObjectStore, path: string): Promise<Buffer> {
  const bytes = await store.read(path);
  if (bytes !== null) return bytes;
  throw new PipelineError('SHARD_CORRUPT', `${path} is missing; \`backstory verify\` tells more`, {
    subject: path,
  });
}

function overview(line: ProvenanceLine, tokens: number, trainedTokens: number): SampleOverview {
  return {
    id: line.sampleId,
    name: line.name,
    origin: line.origin,
    commit: line.commit,
    licence: line.licence,
    files: line.files?.length ?? 0,
    tokens,
    trainedTokens,
    teacher: line.teacher as ModelIdentity,
    scorer: line.scorer as ModelIdentity | null,
    search: line.search as SearchSummary | null,
  };
}
