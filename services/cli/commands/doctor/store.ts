/** The doctor's check of the output that was named: that it can be used, and is this data set's. */
import { resolve } from 'node:path';
import { z } from 'zod';
import { readManifest } from '../../../dataset/manifest.ts';
import type { ResolvedValues } from '../../../registry.ts';
import { parseJson } from '../../../runtime/json.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import { openObjects } from '../../../runtime/store/objects/open.ts';
import type { CommandContext } from '../../context.ts';
import { isRemote } from '../../open/output-place.ts';

/** The store of `storage.url`, or the folder or bucket that --out names. */
export async function withNamedStore<Result>(
  context: CommandContext,
  values: ResolvedValues,
  out: string,
  use: (store: ObjectStore) => Promise<Result>,
): Promise<Result> {
  const folder = resolve(context.workingFolder, out);
  const named = isRemote(out) ? { url: out } : {};
  const store = await openObjects({ settings: { ...values.storage, ...named }, folder });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const runFile = z.object({ dataset: z.string() });

export async function checkStore(store: ObjectStore, dataset: string) {
  const problem = await store.look();
  if (problem !== null) return { detail: store.place, problem };
  const bytes = await store.read('run.json');
  if (bytes === null) {
    return { detail: `${store.place}, which holds no data set yet`, problem: null };
  }
  const parsed = runFile.safeParse(parseJson(bytes));
  const held = parsed.success ? parsed.data.dataset : null;
  const { entries } = await readManifest(store);
  const state = entries.at(-1)?.closed === true ? 'complete' : `${entries.length} manifest entries`;
  const detail = `${store.place}, data set ${held}, ${state}`;
  if (held === dataset) return { detail, problem: null };
  const what = held === null ? 'a run.json that cannot be read' : `data set ${held}`;
  return {
    detail,
    problem: `${store.place} holds ${what}, not ${dataset}: choose another --out, or name its --dataset`,
  };
}
