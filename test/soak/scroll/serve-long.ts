/** Serves an output twice, to be compared, and a third one: a million samples, no documents. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput } from '../../../services/dataset/open-output.ts';
import { storageKnobs } from '../../../services/runtime/store/objects/config.ts';
import { openRunLive } from '../../../services/ui/live/run-live.ts';
import { type ServedOutput, serveOutput } from '../../../services/ui/reading/served-output.ts';
import { bundlePage } from '../../../services/ui/server/bundle.ts';
import { startUiServer } from '../../../services/ui/server/server.ts';
import { writeSyntheticOutput } from '../../samples/synthetic-samples.ts';

export interface ServedLong {
  readonly address: string;
  /** The longest trajectory: where it is, the name of its repository, and how long it is. */
  readonly trajectory: string;
  readonly name: string;
  readonly tokens: number;
  /** A lower bound of its steps. */
  readonly steps: number;
  close(): Promise<void>;
}

const page = await bundlePage();

export interface ManySamples {
  readonly out: string;
  readonly cache: string;
  remove(): Promise<void>;
}

/** A million samples, with the tokenizer of another output. */
export async function writeMany(like: string): Promise<ManySamples> {
  const folder = await mkdtemp(join(tmpdir(), 'backstory-many-'));
  const [out, cache] = [join(folder, 'out'), join(folder, 'cache')];
  const { head } = await openOutput(like);
  await writeSyntheticOutput(out, cache, head, 1_000_000);
  return { out, cache, remove: () => rm(folder, { recursive: true, force: true }) };
}

export async function serveLong(out: string, many: ManySamples): Promise<ServedLong> {
  const { signal } = new AbortController();
  const serve = (label: string, folder: string, cache: string | null) => {
    const place = { settings: storageKnobs.parse({}), folder };
    return serveOutput({ label, place, runFolder: folder }, cache, signal);
  };
  const first = await serve('first', out, null);
  const outputs: readonly ServedOutput[] = [
    first,
    await serve('second', out, null),
    await serve('many', many.out, many.cache),
  ];
  for (const output of outputs) await output.settled();
  const server = await startUiServer({
    ...{ outputs, mayChange: false, host: '127.0.0.1', port: 0, page },
    lives: outputs.map(() => openRunLive(out, Date.now)),
    token: null,
    measureQuality: async () => [],
    now: () => performance.now(),
    timeMs: Date.now,
    hide: (text) => text,
  });
  const longest = { q: '', sort: 'tokens', desc: '1', from: 0, count: 1 } as const;
  const row = (await first.catalogue.samples(longest)).rows[0];
  return {
    address: `http://127.0.0.1:${server.port}/`,
    trajectory: `#/trajectory/0/${row?.id}`,
    name: row?.name ?? '',
    tokens: row?.tokens ?? 0,
    steps: (row?.files ?? 0) * 2,
    close: () => server.close(),
  };
}
