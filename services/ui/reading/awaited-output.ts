/**
 * An output whose run has begun and has sealed no shard: it has a run.json and no manifest. The
 * page shows it as a data set without samples, and what its run is doing.
 */
import { z } from 'zod';
import { type ManifestEntry, manifestFormat } from '../../../schemas/manifest.ts';
import type { OpenOutput } from '../../dataset/open-output.ts';
import { noOptOuts } from '../../dataset/opt-out/generations.ts';
import { parseJson } from '../../runtime/json.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';

const runFile = z.object({ dataset: z.string().max(100), runId: z.string().max(100) });

/** Null where no run has begun there. */
export async function awaitedOutput(store: ObjectStore): Promise<OpenOutput | null> {
  const bytes = await store.read('run.json');
  const read = runFile.safeParse(bytes === null ? null : parseJson(bytes));
  if (!read.success) return null;
  return {
    store,
    head: headOf(read.data),
    entries: [],
    headHash: '',
    shards: [],
    optOuts: noOptOuts,
  };
}

/** A head of nothing, before the first entry; no document is read by it. */
function headOf({ dataset, runId }: z.infer<typeof runFile>): ManifestEntry {
  const nothing = { path: 'none', bytes: 0, sha256: '' };
  const tokenizer = { name: 'none yet', file: nothing, fingerprint: '', endOfText: 0 };
  return {
    format: manifestFormat,
    ...{ entry: -1, previous: null, dataset, runId, contextLength: 0 },
    tokenizer: { ...tokenizer, template: 'tags', masking: 'segments' },
    ...{ firstPack: 0, firstShard: 0, shards: [], sources: [], nextSequence: 0, samples: [] },
    carried: { cut: { version: 0, prefixTokensMax: 0 }, samples: [], pending: [], open: [] },
    ...{ maskedPieces: 0, closed: false },
  };
}
