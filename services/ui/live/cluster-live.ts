/**
 * What a data set in a cluster is doing: its queues by Kafka's offsets and commits, its handlers by
 * the metrics of the processes that were named, its money by the ledger in the store. Looking joins
 * no consumer group; only `act` writes, and it is there only where the page was given that right.
 */
import { systemClock } from '../../runtime/clock.ts';
import { watchControl } from '../../runtime/cluster/control.ts';
import {
  type DeadLetter,
  handleLetters,
  type Letters,
  letterWithId,
  readDeadLetters,
} from '../../runtime/cluster/dead-letters.ts';
import { openLedger } from '../../runtime/coordination/ledger.ts';
import { letterOf } from '../../runtime/embedded/now-file.ts';
import { readBounded } from '../../runtime/read-bounded.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';
import { readStages, readTopics } from '../../runtime/watch/flow.ts';
import { recordOf } from './letter-record.ts';
import { addMetrics, type ProcessMetrics, readMetrics } from './prometheus.ts';
import { type LiveSource, type Looked, pageOf } from './source.ts';
import type { LetterRow, Look, SpendingLook } from './view.ts';

export interface ClusterPlace extends Letters {
  /** Where the data set's processes keep what they spent. */
  readonly store: ObjectStore;
  /** Addresses of `/metrics`. */
  readonly metrics: readonly string[];
  readonly mayAct: boolean;
  readonly timeMs: () => number;
  readonly close: () => Promise<void>;
}

export function openClusterLive(place: ClusterPlace): LiveSource {
  const { bus, wire, dataset, mayAct } = place;
  const all = () => readDeadLetters(bus, wire, dataset);
  const source: LiveSource = {
    look: () => lookAt(place),
    letters: async () => pageOf((await all()).map(rowOf)),
    letter: async (id) => {
      const letter = letterWithId(await all(), id);
      const { partition, offset, payload } = letter.body;
      const at = { partition, offset, bytes: payload.byteLength };
      const record = await recordOf(letter.body, (bytes) => wire.decode(letter.topic, bytes));
      return { ...rowOf(letter), ...at, ...record };
    },
    close: () => place.close(),
  };
  if (!mayAct) return source;
  return {
    ...source,
    act: async (what, ids, mended) => {
      const letters = await all();
      const chosen = ids.map((id) => letterWithId(letters, id));
      const handled: string[] = [];
      await handleLetters({ bus, wire, dataset }, letters, chosen, {
        ...{ what, mended },
        onHandled: ({ id }) => handled.push(id),
      });
      return handled;
    },
  };
}

function rowOf({ id, topic, key, body, status, retries }: DeadLetter): LetterRow {
  return { ...letterOf(topic, key, id, body), status, retries };
}

async function lookAt(place: ClusterPlace): Promise<Looked> {
  const { bus, dataset, timeMs } = place;
  const [flows, topics, { paused }, processes, spending] = await Promise.all([
    readStages(bus, dataset),
    readTopics(bus, dataset),
    watchControl(bus, dataset, systemClock),
    Promise.all(place.metrics.map(askProcess)),
    readSpending(place.store),
  ]);
  const answers = processes.flatMap(({ metrics }) => (metrics === null ? [] : [metrics]));
  const { stages: measured, endpoints } = addMetrics(answers);
  const stages = flows.map((flow) => {
    const own = measured.get(flow.stage);
    const { inFlight = null, busyMs = null, ended = null } = own ?? {};
    return { ...flow, inFlight, busyMs, ended, paused: paused.has(flow.stage) };
  });
  const silent = processes.flatMap(({ address, why }) =>
    why === null ? [] : [{ place: address, why }],
  );
  const look: Look = {
    from: 'cluster',
    state: 'running',
    atMs: timeMs(),
    ...{ stages, topics, endpoints, spending, silent },
    answering: answers.length,
  };
  return { look, why: null };
}

interface Asked {
  readonly address: string;
  readonly metrics: ProcessMetrics | null;
  readonly why: string | null;
}

const patienceMs = 1_500;
const metricsBytesMax = 5_000_000;

async function askProcess(address: string): Promise<Asked> {
  try {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
    });
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    const bytes = await readBounded(response, metricsBytesMax);
    if (bytes === null) throw new Error(`it answers more than ${metricsBytesMax} bytes`);
    return { address, metrics: readMetrics(bytes.toString('utf8')), why: null };
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error && cause.message !== '' ? cause.message : message;
    return { address, metrics: null, why };
  }
}

/** Null where nothing was spent: then no process has paid for a call. */
async function readSpending(store: ObjectStore): Promise<SpendingLook | null> {
  const spent = [...(await openLedger(store, 'ui').readAll()).values()];
  if (spent.length === 0) return null;
  return {
    calls: spent.reduce((sum, { calls }) => sum + calls, 0),
    microDollars: spent.reduce((sum, { microDollars }) => sum + microDollars, 0),
    callsMax: null,
    microDollarsMax: null,
  };
}
