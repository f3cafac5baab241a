/** Serves an output twice, to be compared, and a third one: a million samples, no documents. */
import { storageKnobs } from '../../../services/runtime/store/objects/config.ts';
import { createFinder } from '../../../services/ui/catalogue/query.ts';
import { openRunLive } from '../../../services/ui/live/run-live.ts';
import { type ServedOutput, serveOutput } from '../../../services/ui/reading/served-output.ts';
import { bundlePage } from '../../../services/ui/server/bundle.ts';
import { startUiServer } from '../../../services/ui/server/server.ts';
import { syntheticColumns } from '../../samples/ui-output.ts';

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

const manyColumns = syntheticColumns(1_000_000);
const page = await bundlePage();

export async function serveLong(out: string): Promise<ServedLong> {
  const place = { settings: storageKnobs.parse({}), folder: out };
  const { signal } = new AbortController();
  const outputs = await Promise.all(
    ['first', 'second', 'many'].map((label) =>
      serveOutput({ label, place, runFolder: out }, null, signal),
    ),
  );
  await Promise.all(outputs.map((output) => output.settled()));
  const [first, second, last] = outputs as [ServedOutput, ServedOutput, ServedOutput];
  const many = { ...last, catalogue: catalogueOf(last) };
  const server = await startUiServer({
    ...{ outputs: [first, second, many], mayChange: false, host: '127.0.0.1', port: 0, page },
    lives: outputs.map(() => openRunLive(out, Date.now)),
    token: null,
    measureQuality: async () => [],
    now: () => performance.now(),
    timeMs: Date.now,
    hide: (text) => text,
  });
  const { columns } = first.catalogue;
  const rows = columns.ids.map((_, row) => columns.view(row));
  const longest = rows.toSorted((a, b) => b.tokens - a.tokens)[0];
  return {
    address: `http://127.0.0.1:${server.port}/`,
    trajectory: `#/trajectory/0/${longest?.id}`,
    name: longest?.name ?? '',
    tokens: longest?.tokens ?? 0,
    steps: (longest?.files ?? 0) * 2,
    close: () => server.close(),
  };
}

function catalogueOf({ catalogue }: ServedOutput): ServedOutput['catalogue'] {
  return { ...catalogue, columns: manyColumns, finder: createFinder(manyColumns) };
}
