/**
 * Loads samples: from a record's body, tokenized and cut. The same body always gives the same
 * pieces, which is why the manifest can carry unfinished packs as references.
 */
import { episodesOf } from '../../../../schemas/episodes.ts';
import type { Envelope, TrajectoryBody } from '../../../../schemas/generated/types.ts';
import type { CarriedSample } from '../../../../schemas/manifest.ts';
import type { SegmentKind } from '../../../../schemas/trajectory-text.ts';
import { childId } from '../../../runtime/ids.ts';
import type { StageRecord } from '../../../runtime/stage.ts';
import {
  isMaskedWrite,
  makePieces,
  type Sample,
  type SamplePiece,
  segmentTexts,
} from '../pack/pieces.ts';
import type { SinkTools } from '../report.ts';
import { joinTokens, type TokenizedDocument } from '../tokens/join-tokens.ts';
import { renderDocument, textsOf } from '../tokens/render.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import type { Arrival } from './sequencer.ts';

/** A record that waits for its turn. Holds the address of its body, not the body. */
export interface HeldRecord extends Arrival {
  /** One, or one for each episode; none where the source was dropped. */
  readonly samples: readonly CarriedSample[];
}

/**
 * Takes a `trajectory` or `dropped` record. The document is read once here, so that a damaged one
 * fails with its own record.
 */
export async function holdRecord(record: StageRecord, tools: SinkTools): Promise<HeldRecord> {
  const { envelope } = record;
  if (record.topic !== 'trajectory') return positionOf(record);
  const trajectory = record.body as TrajectoryBody;
  const episodes = episodesOf(trajectory);
  for (const each of episodes) segmentTexts(each, await tools.blobs.get(each.document));
  const { sha256, bytes } = await tools.bodies.save('trajectory', trajectory);
  const of = episodes.length;
  const samples = episodes.map((_, position) => ({
    id: sampleId(envelope, position),
    parentId: envelope.parentId,
    repositoryId: envelope.repositoryId,
    stage: envelope.stage,
    stageVersion: envelope.stageVersion,
    sourceSequence: envelope.sourceSequence,
    body: { sha256, bytes },
    ...(of === 1 ? {} : { episode: { number: position + 1, of } }),
  }));
  return { ...positionOf(record), id: envelope.id, samples };
}

/** The first sample has the id of its record, the others those of records that followed it. */
function sampleId({ id, parentId, stage, stageVersion }: Envelope, position: number): string {
  return position === 0 ? id : childId(parentId, stage, stageVersion, 'trajectory', position);
}

/** The place of a record in the input, without a sample. */
export function positionOf({ topic, partition, offset, envelope }: StageRecord): HeldRecord {
  return { topic, partition, offset, sequence: envelope.sourceSequence, id: null, samples: [] };
}

/** All pieces of a sample, in order. */
export async function loadPieces(
  carried: CarriedSample,
  tokenizer: Tokenizer,
  tools: SinkTools,
): Promise<SamplePiece[]> {
  const trajectory = await tools.bodies.load('trajectory', carried.body);
  const body = episodesOf(trajectory)[(carried.episode?.number ?? 1) - 1] ?? trajectory;
  const document = await tools.blobs.get(body.document);
  const segments = body.segments.filter(isMaskedWrite);
  const sample: Sample = { ...carried, body: { ...body, segments } };
  const tokenized = await tokenizeDocument(body, document, tokenizer);
  return makePieces(sample, tokenized, tokenizer.endsLine, tools.config);
}

/** A trajectory in tokens, by the tokenizer's template and masking. */
export async function tokenizeDocument(
  body: TrajectoryBody,
  document: Buffer,
  { template, masking, encode, byteLength }: Tokenizer,
): Promise<TokenizedDocument> {
  const segments = body.segments.map(({ kind, trained }) => ({
    kind: kind as SegmentKind,
    trained,
  }));
  const rendering = renderDocument(segments, segmentTexts(body, document), template, masking);
  return joinTokens(rendering, await encode(textsOf(rendering)), byteLength);
}

/** Samples that are loaded before it is their turn; the caller bounds how many. */
export interface Loads {
  begin(sample: CarriedSample): void;
  /** The pieces of these samples; begins to load those for which `begin` was not called before. */
  take(samples: readonly CarriedSample[]): Promise<readonly SamplePiece[]>;
  forget(): void;
}

export function createLoads(
  load: (sample: CarriedSample) => Promise<readonly SamplePiece[]>,
): Loads {
  const begun = new Map<string, Promise<readonly SamplePiece[]>>();
  const begin = (sample: CarriedSample) => {
    const known = begun.get(sample.id);
    if (known !== undefined) return known;
    const loading = load(sample);
    // The failure is reported when the sample's turn comes, by `take`.
    loading.catch(() => {});
    begun.set(sample.id, loading);
    return loading;
  };
  return {
    begin,
    take: async (samples) => {
      const loading = samples.map(begin);
      for (const { id } of samples) begun.delete(id);
      return (await Promise.all(loading)).flat();
    },
    forget: () => begun.clear(),
  };
}
