/**
 * Writes one format of an output into a folder. It works shard by shard, so that memory holds one
 * shard and the documents that are not complete yet. The same manifest gives the same bytes.
 */
import { basename } from 'node:path';
import { createPieceCollector, type PieceCollector } from '../dataset/documents.ts';
import { type OpenOutput, openOutput, openReader } from '../dataset/open-output.ts';
import {
  cutPieces,
  type DatasetShard,
  readHashed,
  readShards,
  type ShardProgress,
} from '../dataset/read-shards.ts';
import { type GateFacts, readGates } from '../dataset/run-log/gates.ts';
import type { DocumentReader } from '../dataset/template/document-reader.ts';
import { canonicalJson } from '../runtime/ids.ts';
import type { ObjectStore } from '../runtime/store/objects/object-store.ts';
import { drawCard } from './card.ts';
import { type Census, createCensus } from './census.ts';
import { createDocument, type ExportDocument } from './document.ts';
import { createExportFolder, type ExportFolder, exportFileName } from './folder.ts';
import type { Compression, ExportFormat } from './format.ts';
import type { ExportReport } from './report.ts';

export interface ExportRequest {
  /** The output: a folder, or another store. */
  readonly place: string | ObjectStore;
  /**
   * The folder that may hold the log of the run, from which the card lists what was left out; null
   * for a bucket.
   */
  readonly runFolder: string | null;
  readonly format: ExportFormat;
  readonly compression: Compression;
  /** The folder to make; an earlier export there is replaced. */
  readonly target: string;
  readonly onProgress?: (progress: ShardProgress) => void;
  /** Called with the reason if there is no log to read. */
  readonly onMissing?: (why: string) => void;
}

export async function exportOutput(request: ExportRequest): Promise<ExportReport> {
  const output = await openOutput(request.place);
  const reader = await openReader(output);
  const gates = await readGates(request.runFolder);
  if (gates.why !== null) request.onMissing?.(gates.why);
  const folder = await createExportFolder(request.target);
  try {
    const report = await writeExport(request, { output, reader, gates: gates.found, folder });
    await folder.publish();
    return report;
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

interface OpenExport {
  readonly output: OpenOutput;
  readonly reader: DocumentReader;
  /** Null if the log of the run is absent or in use. */
  readonly gates: GateFacts | null;
  readonly folder: ExportFolder;
}

async function writeExport(
  request: ExportRequest,
  { output, reader, gates, folder }: OpenExport,
): Promise<ExportReport> {
  const { format } = request;
  const { store, head, shards } = output;
  const { compression, runFolder } = request;
  const writer = format.open(folder, { head, compression, runFolder });
  const collector = createPieceCollector();
  const census = createCensus(head.contextLength);
  let written = 0;
  for await (const shard of readShards(store, shards)) {
    const documents = completedBy(shard, collector, reader);
    await writer.addShard(shard, documents);
    census.addShard(shard);
    for (const document of documents) census.addDocument(document);
    const name = basename(shard.facts.provenance.path);
    await folder.write(`provenance/${name}`, shard.provenanceBytes);
    written += 1;
    request.onProgress?.({ shards: written, shardsTotal: shards.length });
  }
  await writer.finish();
  await folder.write('tokenizer.json', await readHashed(store, head.tokenizer.file));
  const facts = describeExport(request, output, census, collector.incomplete.length);
  const { files } = folder;
  await folder.write('README.md', drawCard({ head, census, format, files, report: facts, gates }));
  const report: ExportReport = { ...facts, files: folder.files };
  await folder.write(exportFileName, `${canonicalJson(report)}\n`);
  return report;
}

/** Documents whose last piece is in this shard, in the order of their last pieces. */
function completedBy(
  { facts, packs, provenance }: DatasetShard,
  collector: PieceCollector,
  reader: DocumentReader,
): ExportDocument[] {
  return cutPieces(facts, packs, provenance).flatMap((piece) => {
    const pieces = collector.add(piece);
    return pieces === null ? [] : [createDocument(pieces, reader)];
  });
}

function describeExport(
  { format, compression }: ExportRequest,
  { head, headHash, optOuts }: OpenOutput,
  { totals }: Census,
  incompleteDocuments: number,
): Omit<ExportReport, 'files'> {
  return {
    export: 1,
    format: format.name,
    compression,
    dataset: head.dataset,
    runId: head.runId,
    manifest: headHash,
    optOuts: optOuts.headHash,
    tokenizer: head.tokenizer.fingerprint,
    contextLength: head.contextLength,
    packs: totals.packs,
    tokens: totals.tokens,
    trainedTokens: totals.trainedTokens,
    documents: totals.documents,
    incompleteDocuments,
    closed: head.closed,
  };
}
