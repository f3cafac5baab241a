/**
 * Searches what no catalogue holds: paths of files, and the text of thoughts. It looks through a
 * few shards at a time and says where to go on, so that no question takes long on a large output.
 */
import type { OpenOutput } from '../../dataset/open-output.ts';
import { readProvenance } from '../../dataset/read-shards.ts';
import type { Hit, HitPage } from '../api.ts';
import { placeOf, type ServedOutput } from './served-output.ts';

export type ScanPlace = 'paths' | 'thoughts';

export interface ScanRequest {
  readonly place: ScanPlace;
  readonly text: string;
  /** Shard to begin at. */
  readonly from: number;
}

/** A page of hits ends after the shard in which it has so many. */
const hitsOfPage = 200;
const shardsMax: Readonly<Record<ScanPlace, number>> = { paths: 64, thoughts: 2 };

export async function scan(
  served: ServedOutput,
  request: ScanRequest,
  hitsMax = hitsOfPage,
): Promise<HitPage> {
  const output = served.current();
  const hits: Hit[] = [];
  let left = 0;
  const { shards } = output;
  const wanted = request.text.toLowerCase();
  const last = Math.min(shards.length, request.from + shardsMax[request.place]);
  let next = Math.min(request.from, shards.length);
  while (next < last && hits.length < hitsMax && wanted !== '') {
    if (request.place === 'paths') left += await scanPaths(output, next, { wanted, hits, hitsMax });
    else await scanThoughts(served, output, next, wanted, hits);
    next += 1;
  }
  const isEnd = next >= shards.length || wanted === '';
  return { hits, left, shardsRead: next, shards: shards.length, next: isEnd ? null : next };
}

/** Returns how many more there are than it took. */
async function scanPaths(
  output: OpenOutput,
  shard: number,
  { wanted, hits, hitsMax }: { wanted: string; hits: Hit[]; hitsMax: number },
): Promise<number> {
  const facts = output.shards[shard];
  let left = 0;
  if (facts === undefined) return left;
  const { provenance } = await readProvenance(output.store, facts);
  for (const { sampleId: id, name, files } of provenance) {
    for (const { path } of files ?? []) {
      if (!path.toLowerCase().includes(wanted)) continue;
      if (hits.length >= hitsMax) left += 1;
      else hits.push({ id, name, path, segment: null, text: '' });
    }
  }
  return left;
}

/** A sample counts in the shard that holds its last piece. */
async function scanThoughts(
  served: ServedOutput,
  output: OpenOutput,
  shard: number,
  wanted: string,
  hits: Hit[],
): Promise<void> {
  const facts = output.shards[shard];
  if (facts === undefined) return;
  const { hits: whole, parts } = await served.thoughtsIn(facts, wanted);
  hits.push(...whole);
  for (const id of parts) {
    const found = await served.catalogue.find(id);
    const isLast = found?.shards.at(-1)?.path === facts.path;
    // A sample that is not whole yet is found once its last piece is there.
    if (found?.row.complete === true && isLast) {
      hits.push(...(await served.thoughtsOf(placeOf(found), wanted)));
    }
  }
}
