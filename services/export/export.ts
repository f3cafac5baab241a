/**
 * Writes one format of an output into a folder: shard by shard, so that memory is bounded by one
 * shard and the documents that are open across shards. The same manifest gives the same bytes.
 */

import { canonicalJson } from '../runtime/ids.ts';
import { drawCard } from './card.ts';
import { createCensus } from './census.ts';
import { createAssembler } from './documents.ts';
import { createExportFolder, type ExportFolder, exportFileName } from './folder.ts';
import type { Compression, ExportFormat } from './format.ts';
import type { ExportReport, GateFacts } from './report.ts';
import { type ExportSource, readHashed, readShards } from './source.ts';

export interface ExportRequest {
  readonly source: ExportSource;
  readonly format: ExportFormat;
  readonly compression: Compression;
  /** The folder to make; what an earlier export put there is replaced. */
  readonly target: string;
  /** Null where the log of the run is not at hand. */
  readonly gates: GateFacts | null;
  readonly onShard?: (shards: number, shardsTotal: number) => void;
}

export async function exportOutput(request: ExportRequest): Promise<ExportReport> {
  const folder = await createExportFolder(request.target);
  try {
    const report = await writeExport(request, folder);
    await folder.publish();
    return report;
  } catch (error) {
    await folder.discard();
    throw error;
  }
}

async function writeExport(request: ExportRequest, folder: ExportFolder): Promise<ExportReport> {
  const { source, format, compression } = request;
  const head = source.entries.at(-1);
  if (head === undefined) throw new Error('an open output has entries');
  const shardsTotal = head.firstShard + head.shards.length;
  const writer = format.open(folder, compression);
  const assembler = createAssembler(source.reader);
  const census = createCensus(head.contextLength);
  for await (const shard of readShards(source)) {
    const documents = assembler.add(shard);
    await writer.addShard(shard, documents);
    census.addShard(shard);
    for (const document of documents) census.addDocument(document);
    const name = shard.facts.provenance.path;
    await folder.write(
      `provenance/${name.slice(name.lastIndexOf('/') + 1)}`,
      shard.provenanceBytes,
    );
    request.onShard?.(shard.number + 1, shardsTotal);
  }
  await writer.finish();
  await folder.write('tokenizer.json', await readHashed(source, head.tokenizer.file));
  const facts = {
    export: 1,
    format: format.name,
    compression,
    dataset: head.dataset,
    runId: head.runId,
    manifest: source.manifestHash,
    tokenizer: head.tokenizer.fingerprint,
    contextLength: head.contextLength,
    packs: census.totals.packs,
    tokens: census.totals.tokens,
    trainedTokens: census.totals.trainedTokens,
    documents: census.totals.documents,
    incompleteDocuments: assembler.incomplete,
    closed: head.closed,
  } as const;
  const { files } = folder;
  const card = drawCard({ head, census, format, files, report: facts, gates: request.gates });
  await folder.write('README.md', card);
  const report: ExportReport = { ...facts, files: folder.files };
  await folder.write(exportFileName, `${canonicalJson(report)}\n`);
  return report;
}
