/**
 * Samples as they lie in the shards: lists them all, and reads one back from its tokens. Reads only
 * the output's own files, so it shows what a trainer sees and nothing else.
 */
import type { Lack, ModelIdentity, Refused, SearchSummary } from '../../schemas/generated/types.ts';
import type { ManifestShard, ProvenanceLine } from '../../schemas/manifest.ts';
import { countTrained } from '../../schemas/mds.ts';
import { type TextSegment, TrajectoryTextError } from '../../schemas/trajectory-text.ts';
import { PipelineError } from '../runtime/errors.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { damagedSample } from './damage.ts';
import {
  createPieceCollector,
  type DocumentTokens,
  joinPieces,
  readDocument,
} from './documents.ts';
import { lastUpTo } from './last-up-to.ts';
import { type OpenOutput, openReader } from './open-output.ts';
import {
  cutPieces,
  type Piece,
  readPacks,
  readProvenance,
  readShards,
  type ShardProgress,
} from './read-shards.ts';
import { type PlacedSegment, placeSegments } from './segments.ts';
import type { DocumentReader } from './template/document-reader.ts';
import { type ReadDocument, tokenPlaces } from './template/read.ts';

export interface SampleOverview {
  readonly id: string;
  readonly repositoryId: string;
  readonly name: string;
  /** Which of its repository's episodes it is, from 1; null where that is one document. */
  readonly episode: { readonly number: number; readonly of: number } | null;
  readonly origin: string;
  readonly commit: string | null;
  readonly licence: string;
  readonly files: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly teacher: ModelIdentity;
  readonly scorer: ModelIdentity | null;
  readonly search: SearchSummary | null;
  /** What it was written without; empty normally. */
  readonly lacks: readonly Lack[];
  /** Of which answers checks refused some, before they passed or were given up; empty normally. */
  readonly refused: readonly Refused[];
}

/** A segment with its mask as the tokens carry it. */
export interface MaskedSegment extends TextSegment {
  /** The role of the turn that holds it; null if the template has no turns. */
  readonly role: string | null;
  readonly trained: boolean;
  /** Tokens of the segment itself, without the marks around its turn. */
  readonly tokens: number;
}

export interface Sample {
  readonly overview: SampleOverview;
  readonly segments: readonly MaskedSegment[];
}

/** Every sample with at least one piece in a shard, in the order of the shards. */
export async function listSamples({ store, shards }: OpenOutput): Promise<SampleOverview[]> {
  const samples = new Map<string, { line: ProvenanceLine; tokens: number; trained: number }>();
  for await (const { facts, packs, provenance } of readShards(store, shards)) {
    for (const { line, inputIds, mask } of cutPieces(facts, packs, provenance)) {
      const sample = samples.get(line.sampleId) ?? { line, tokens: 0, trained: 0 };
      if (line.piece === 0) sample.line = line;
      // A later piece repeats the start of its document; those tokens are masked and count once.
      sample.tokens += inputIds.length - line.prefixTokens;
      sample.trained += countTrained(mask);
      samples.set(line.sampleId, sample);
    }
  }
  return [...samples.values()].map(({ line, tokens, trained }) => overview(line, tokens, trained));
}

/**
 * The sample whose id or repository name begins with `wanted`; USAGE when none or several do. The
 * third episode of a repository is `NAME#3`; with a path, `NAME` is the episode that writes it.
 */
export async function readSample(
  output: OpenOutput,
  wanted: string,
  path?: string,
): Promise<Sample> {
  const { store } = output;
  const told: { facts: ManifestShard; lines: ProvenanceLine[] }[] = [];
  for (const facts of output.shards) {
    const { provenance } = await readProvenance(store, facts);
    const lines = provenance.filter(
      (line) =>
        line.sampleId.startsWith(wanted) ||
        line.name.startsWith(wanted) ||
        isEpisode(line, wanted, (name, asked) => name.startsWith(asked)),
    );
    if (lines.length > 0) told.push({ facts, lines });
  }
  const lines = told.flatMap((shard) => shard.lines);
  const episodes = path === undefined ? null : episodesNamed(lines, wanted);
  if (episodes !== null && path !== undefined) {
    const shards = told.map(({ facts }) => facts);
    const found = await findWriter({ ...output, shards }, episodes, path);
    if (found === null) throw new PipelineError('USAGE', `no episode of ${wanted} writes ${path}`);
    return found;
  }
  const id = chooseSample(lines, wanted);
  const pieces: Piece[] = [];
  for (const { facts, lines } of told) {
    const own = lines.filter((line) => line.sampleId === id);
    if (own.length === 0) continue;
    const { packs } = await readPacks(store, facts);
    pieces.push(...cutPieces(facts, packs, own));
  }
  return sampleOf(joinPieces(requireAll(pieces)), await openReader(output));
}

/** A sample with all that its tokens tell. */
export interface TokenizedSample extends Sample {
  /** The provenance of each piece, in order. */
  readonly pieces: readonly ProvenanceLine[];
  readonly inputIds: Uint32Array;
  readonly read: ReadDocument;
  /** The segments with their bytes in the document. */
  readonly placed: readonly PlacedSegment[];
}

/** The sample of this id, whose pieces lie in these shards; OUTPUT_MISSING while some are not. */
export async function readSampleIn(
  store: ObjectStore,
  shards: readonly ManifestShard[],
  id: string,
  reader: DocumentReader,
): Promise<TokenizedSample> {
  const found: Piece[] = [];
  for (const facts of shards) {
    const { packs } = await readPacks(store, facts);
    const { provenance } = await readProvenance(store, facts);
    const own = provenance.filter(({ sampleId }) => sampleId === id);
    // The arrays of a piece are views of its whole pack, which would stay in memory with them.
    const pieces = cutPieces(facts, packs, own);
    found.push(
      ...pieces.map(({ line, inputIds, mask }) => ({
        line,
        inputIds: inputIds.slice(),
        mask: mask.slice(),
      })),
    );
  }
  const pieces = requireAll(found);
  const document = joinPieces(pieces);
  const read = readDocument(reader, document);
  const placed = segmentsOf(document, read);
  const trained = countTrained(document.mask);
  return {
    overview: overview(document.line, document.inputIds.length, trained),
    segments: maskSegments(placed, read, document.mask),
    pieces: pieces.map(({ line }) => line),
    inputIds: document.inputIds,
    read,
    placed,
  };
}

export interface VisitOptions {
  /** Opened already, e.g. by whoever visits a few shards at a time. */
  readonly reader?: DocumentReader;
  readonly onProgress?: (progress: ShardProgress) => void;
}

/**
 * Visits every sample once its last piece is read; memory holds a shard and the samples that go on
 * in later shards. Returns the ids of the samples that still miss pieces.
 */
export async function forEachSample(
  output: Pick<OpenOutput, 'store' | 'head' | 'shards'>,
  visit: (sample: Sample) => void,
  { reader: opened, onProgress = () => {} }: VisitOptions = {},
): Promise<readonly string[]> {
  const { store, shards } = output;
  const reader = opened ?? (await openReader(output));
  const collector = createPieceCollector();
  let read = 0;
  for await (const { facts, packs, provenance } of readShards(store, shards)) {
    for (const piece of cutPieces(facts, packs, provenance)) {
      const pieces = collector.add(piece);
      if (pieces !== null) visit(sampleOf(joinPieces(pieces), reader));
    }
    read += 1;
    onProgress({ shards: read, shardsTotal: shards.length });
  }
  return collector.incomplete;
}

function sampleOf(document: DocumentTokens, reader: DocumentReader): Sample {
  const read = readDocument(reader, document);
  const tokens = document.inputIds.length;
  return {
    overview: overview(document.line, tokens, countTrained(document.mask)),
    segments: maskSegments(segmentsOf(document, read), read, document.mask),
  };
}

/** Whether `NAME#3` asks for this sample. */
function isEpisode(
  { name, episode }: ProvenanceLine,
  wanted: string,
  isNamed: (name: string, asked: string) => boolean,
): boolean {
  const at = wanted.lastIndexOf('#');
  const isAsked = at >= 0 && String(episode?.number) === wanted.slice(at + 1);
  return isAsked && isNamed(name, wanted.slice(0, at));
}

/** What is meant: an exact id or name wins over ids and names that begin with it. */
function meant(lines: readonly ProvenanceLine[], wanted: string): readonly ProvenanceLine[] {
  const isSame = (name: string, asked: string) => name === asked;
  const exact = lines.filter(
    (line) => line.sampleId === wanted || line.name === wanted || isEpisode(line, wanted, isSame),
  );
  return exact.length > 0 ? exact : lines;
}

/** The ids of the episodes of one repository; null where a sample, or several others, are meant. */
function episodesNamed(
  lines: readonly ProvenanceLine[],
  wanted: string,
): ReadonlySet<string> | null {
  const found = meant(lines, wanted);
  const ids = new Set(found.map(({ sampleId }) => sampleId));
  const isOne = new Set(found.map(({ repositoryId }) => repositoryId)).size === 1;
  return ids.size > 1 && isOne && found[0]?.episode !== undefined ? ids : null;
}

/** The one of these samples that writes the file. */
async function findWriter(
  output: Pick<OpenOutput, 'store' | 'head' | 'shards'>,
  ids: ReadonlySet<string>,
  path: string,
): Promise<Sample | null> {
  let found: Sample | null = null;
  await forEachSample(output, (sample) => {
    if (!ids.has(sample.overview.id)) return;
    const writes = sample.segments.some((each) => each.kind === 'write' && each.path === path);
    if (writes) found = sample;
  });
  return found;
}

/** The id of the wanted sample. */
function chooseSample(lines: readonly ProvenanceLine[], wanted: string): string {
  const found = meant(lines, wanted);
  const ids = new Set(found.map((line) => line.sampleId));
  const [id] = ids;
  if (id !== undefined && ids.size === 1) return id;
  const [line] = found;
  if (line?.episode !== undefined && episodesNamed(lines, wanted) !== null) {
    const { name, episode } = line;
    const range = `${name}#1 to ${name}#${episode.of}`;
    const what = `${name} has ${episode.of} episodes, and ${wanted} names several`;
    throw new PipelineError('USAGE', `${what}; name one: ${range}`, { subject: wanted });
  }
  const what = id === undefined ? 'no sample' : `${ids.size} samples`;
  throw new PipelineError(
    'USAGE',
    `${what} here begin with ${wanted}; \`backstory inspect OUT\` lists them`,
    { subject: wanted },
  );
}

/** The pieces of one sample in order, if the run has sealed all of them. */
function requireAll(pieces: readonly Piece[]): readonly Piece[] {
  const collector = createPieceCollector();
  for (const piece of pieces) {
    const all = collector.add(piece);
    if (all !== null) return all;
  }
  throw notWholeYet(pieces.map(({ line }) => line));
}

/** For a sample of which only these pieces are in shards. */
export function notWholeYet(lines: readonly ProvenanceLine[]): PipelineError {
  return new PipelineError(
    'OUTPUT_MISSING',
    `only ${lines.length} of ${lines[0]?.pieces} pieces are in shards yet; let the run finish`,
  );
}

function segmentsOf({ line }: DocumentTokens, { text }: ReadDocument): PlacedSegment[] {
  try {
    return placeSegments(text.toString('utf8'));
  } catch (error) {
    if (!(error instanceof TrajectoryTextError)) throw error;
    throw damagedSample(line, error.message, error);
  }
}

/** Assigns tokens to segments; a token belongs to the segment that holds its last byte of text. */
export function maskSegments(
  segments: readonly PlacedSegment[],
  { ends, places, turns }: ReadDocument,
  mask: Uint8Array,
): MaskedSegment[] {
  let token = 0;
  return segments.map(({ start, end, ...segment }) => {
    const turn = turns[lastUpTo(turns, start, (each) => each.start)];
    const role = turn !== undefined && start < turn.end ? turn.role : null;
    let tokens = 0;
    let trained = 0;
    for (; (ends[token] ?? Number.POSITIVE_INFINITY) <= end; token += 1) {
      if (places[token] !== tokenPlaces.text) continue;
      tokens += 1;
      trained += mask[token] ?? 0;
    }
    return { ...segment, role, trained: trained > 0, tokens };
  });
}

export function overview(
  line: ProvenanceLine,
  tokens: number,
  trainedTokens: number,
): SampleOverview {
  return {
    id: line.sampleId,
    repositoryId: line.repositoryId,
    name: line.name,
    episode: line.episode ?? null,
    origin: line.origin,
    commit: line.commit,
    licence: line.licence,
    files: line.files?.length ?? 0,
    tokens,
    trainedTokens,
    teacher: line.teacher as ModelIdentity,
    scorer: line.scorer as ModelIdentity | null,
    search: line.search as SearchSummary | null,
    lacks: line.lacks ?? [],
    refused: line.refused ?? [],
  };
}
