/**
 * Reads shards for a catalogue: reading and hashing 64 MiB takes longer than anyone may wait who
 * asks the catalogue something meanwhile.
 */
import { workerData } from 'node:worker_threads';
import type { ManifestShard } from '../../../schemas/manifest.ts';
import { openObjects, type StorePlace } from '../../runtime/store/objects/open.ts';
import { answerQuestions } from '../../runtime/thread.ts';
import { openKeptRows } from './kept-rows.ts';

export interface RowsThreadData {
  readonly place: StorePlace;
  /** Null where nothing shall be kept. */
  readonly cacheFolder: string | null;
}

export interface RowsAnswer {
  /** Rows of the shard as JSON: one text costs the loop between two threads less than its rows. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** Where rows are kept, or why they are not, in words. */
  readonly kept: string;
}

const { place, cacheFolder } = workerData as RowsThreadData;
const shards = openKeptRows(await openObjects(place), cacheFolder);

answerQuestions<ManifestShard, RowsAnswer>(
  async (facts) => {
    // Small ones lie in memory that others share, which cannot be handed over.
    const rows = new Uint8Array(await shards.rowsOf(facts));
    return { rows, kept: shards.kept };
  },
  ({ rows }) => [rows.buffer],
);
