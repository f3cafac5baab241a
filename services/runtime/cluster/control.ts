/**
 * What people tell a running cluster through a small topic of the data set: which stages are
 * paused, which dead letters were handled, and which sources are added. Every process reads it
 * without a group, so that each reads every record.
 */
import { type ControlRecord, controlKey, controlRecordSchema } from '../../../schemas/control.ts';
import { controlTopic, physicalTopic, type StageName } from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import type { Clock } from '../clock.ts';
import type { AddedSources, StageGate } from '../engine/engine.ts';
import { parseJson } from '../json.ts';

const pollMs = 1000;
const batchMax = 1000;

export async function tell(bus: Bus, dataset: string, record: ControlRecord): Promise<void> {
  const value = Buffer.from(JSON.stringify(record), 'utf8');
  const topic = physicalTopic(dataset, controlTopic);
  await bus.produce([{ topic, key: controlKey(record), value }]);
}

/**
 * The control records from an offset on, and the offset to continue at. Other records are skipped.
 */
export async function readControl(
  bus: Bus,
  dataset: string,
  from: number,
): Promise<{ readonly records: readonly ControlRecord[]; readonly next: number }> {
  const at = { topic: physicalTopic(dataset, controlTopic), partition: 0 };
  const [end = 0] = await bus.endOffsets(at.topic);
  const records: ControlRecord[] = [];
  let next = from;
  while (next < end) {
    const batch = await bus.read(at, next, batchMax);
    const last = batch.at(-1);
    if (last === undefined) break;
    for (const { value } of batch) {
      const parsed = controlRecordSchema.safeParse(parseJson(value));
      if (parsed.success) records.push(parsed.data);
    }
    next = last.offset + 1;
  }
  return { records, next };
}

export interface ControlWatch extends StageGate, AddedSources {
  readonly paused: ReadonlySet<StageName>;
  /** Follows the topic until the signal aborts; rejects when the bus fails. */
  follow(signal: AbortSignal): Promise<void>;
}

/** Reads all earlier control records first, so that a paused stage does not start. */
export async function watchControl(bus: Bus, dataset: string, clock: Clock): Promise<ControlWatch> {
  const paused = new Set<StageName>();
  const sources: string[] = [];
  const waiting = new Set<() => void>();
  let position = 0;
  const catchUp = async () => {
    const { records, next } = await readControl(bus, dataset, position);
    position = next;
    for (const record of records) {
      if (record.about === 'source') sources.push(record.source);
      if (record.about !== 'stage') continue;
      if (record.paused) paused.add(record.stage);
      else paused.delete(record.stage);
    }
    if (records.length > 0) for (const wake of waiting) wake();
  };
  await catchUp();
  const news = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  return {
    paused,
    added: () => [...sources],
    pass: async (stage, signal) => {
      while (paused.has(stage) && !signal.aborted) await news(signal);
    },
    addedBeyond: async (count, signal) => {
      while (sources.length <= count && !signal.aborted) await news(signal);
    },
    follow: async (signal) => {
      while (!signal.aborted) {
        try {
          await clock.sleep(pollMs, signal);
        } catch (error) {
          if (!signal.aborted) throw error;
          return;
        }
        await catchUp();
      }
    },
  };
}
