/** What the gates know beside their knobs: benchmarks, and what a source duplicates. */
import type { NearDuplicates } from '../../../schemas/generated/types.ts';
import type { BlobStore } from '../../runtime/store/blobs.ts';
import type { AdmitKnobs } from './config.ts';
import { readBenchmarks } from './decontamination/benchmarks.ts';
import { type GateFacts, noFacts } from './gate.ts';
import { openEarlier } from './near-duplicates/earlier.ts';

type FactsOf = (near: NearDuplicates | null) => Promise<GateFacts>;

interface Tools {
  readonly blobs: BlobStore;
  readonly config: AdmitKnobs;
}

/** Files are read once for each tools object. */
const opened = new WeakMap<Tools, FactsOf>();

export function factsOf(tools: Tools): FactsOf {
  const facts = opened.get(tools) ?? openFacts(tools);
  opened.set(tools, facts);
  return facts;
}

/** Reads the files that the knobs name. */
function openFacts({ blobs, config }: Tools): FactsOf {
  const facts = { ...noFacts, benchmarks: readBenchmarks(config.decontaminate) };
  const earlier = openEarlier({ blobs, config, facts });
  return async (near) =>
    near === null ? facts : { ...facts, duplicates: await earlier.duplicatesOf(near) };
}
