/**
 * The facts that a run must share with an output to add to it: data set, context, tokenizer and, in
 * a bounded run, the whole configuration. The tokenizer is copied beside the shards, so that an
 * output can be read and checked without anything else.
 */
import type { ManifestEntry } from '../../../../schemas/manifest.ts';
import { graph } from '../../../../schemas/topology.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { sha256 } from '../../../runtime/ids.ts';
import type { RunFacts } from '../../../runtime/stage.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import type { SinkKnobs } from '../config.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';

const tokenizerPath = 'tokenizer/tokenizer.json';

/** The facts, beside context and tokenizer, that decide how a document is cut into pieces. */
export function cutFacts({
  prefixTokensMax,
}: Pick<SinkKnobs, 'prefixTokensMax'>): ManifestEntry['carried']['cut'] {
  return { version: graph.sink.version, prefixTokensMax };
}

/** Throws OUTPUT_MISMATCH if the output was made with other facts. */
export function matchOutput(
  head: ManifestEntry,
  run: RunFacts,
  config: Pick<SinkKnobs, 'contextLength' | 'prefixTokensMax'>,
  tokenizer: Tokenizer,
): void {
  const facts: [what: string, has: unknown, wants: unknown][] = [
    ['data set', head.dataset, run.dataset],
    ['contextLength', head.contextLength, config.contextLength],
    ['template', head.tokenizer.template, tokenizer.template.name],
    ['masking', head.tokenizer.masking, tokenizer.masking],
    ['tokenizer', head.tokenizer.fingerprint, tokenizer.fingerprint],
  ];
  const { cut, samples } = head.carried;
  if (samples.length > 0) {
    const own = cutFacts(config);
    facts.push(["cut (the sink's version)", cut.version, own.version]);
    facts.push(['prefixTokensMax', cut.prefixTokensMax, own.prefixTokensMax]);
  }
  // A live stream may go on under a newer version; the bytes of a bounded run may not change
  // midway.
  if (run.bounded) facts.push(['configuration', head.runId, run.runId]);
  for (const [what, has, wants] of facts) {
    if (has !== wants) throw mismatch(`its ${what} is ${has}, this run's is ${wants}`);
  }
}

export async function keepTokenizer(
  store: ObjectStore,
  tokenizer: Tokenizer,
  head: ManifestEntry | null,
): Promise<ManifestEntry['tokenizer']['file']> {
  const { file } = tokenizer;
  if (!(await store.create(tokenizerPath, file))) {
    const kept = await store.read(tokenizerPath);
    if (kept === null || !kept.equals(file)) {
      if (head !== null) throw mismatch(`${tokenizerPath} there is another file`);
      await store.replace(tokenizerPath, file);
    }
  }
  return { path: tokenizerPath, bytes: file.byteLength, sha256: sha256(file) };
}

function mismatch(what: string): PipelineError {
  return new PipelineError(
    'OUTPUT_MISMATCH',
    `the output folder holds another data set: ${what}; choose another folder, or the configuration that began this one`,
  );
}
