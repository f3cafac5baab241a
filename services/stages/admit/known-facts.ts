/** What the gates know beside their knobs: benchmarks, and what a source duplicates. */
import type { NearDuplicates } from '../../../schemas/generated/types.ts';
import type { BlobStore } from '../../runtime/store/blobs.ts';
import type { AdmitKnobs } from './config.ts';
import { readBenchmarks } from './decontamination/benchmarks.ts';
import { type GateFacts, noFacts } from './gate.ts';
import { openEarlier } from './near-duplicates/earlier.ts';

export type FactsOf = (near: NearDuplicates | null) => Promise<GateFacts>;

interface Tools {
  readonly blobs: BlobStore;
  readonly config: AdmitKnobs;
}

/** Reads the files that the knobs name. */
export function openFacts({ blobs, config }: Tools): FactsOf {
  const facts = { ...noFacts, benchmarks: readBenchmarks(config.decontaminate) };
  const earlier = openEarlier({ blobs, config, facts });
  return async (near) =>
    near === null ? facts : { ...facts, duplicates: await earlier.duplicatesOf(near) };
}
