/**
 * How far each partition was read, and from where a restart must read it again: a record that waits
 * for its turn, or that every restart needs, holds its partition back. Pure.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { ManifestEntry } from '../../../../schemas/manifest.ts';

export type Sources = ManifestEntry['sources'];

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface Progress {
  readonly topic: string;
  readonly partition: number;
  /** First offset that the manifest does not cover. */
  durable: number;
  /** One past the last offset read. */
  seen: number;
  /** First offset that every restart must read again; null for none. */
  kept: number | null;
}

export interface Offsets {
  see(record: Place): void;
  /** Every restart must read this record again. */
  keep(record: Place): void;
  /** The offsets that the next entry records, given the records that still wait. */
  sources(waiting: Iterable<Place>): Sources;
  /** Takes the offsets of an entry that is durable now. */
  commit(sources: Sources): void;
  durable(topic: string, partition: number): number;
}

export function openOffsets(): Offsets {
  const partitions = new Map<string, Progress>();
  const progressOf = ({ topic, partition }: Omit<Place, 'offset'>) => {
    const key = `${topic}/${partition}`;
    const known = partitions.get(key);
    if (known !== undefined) return known;
    const progress: Progress = { topic, partition, durable: 0, seen: 0, kept: null };
    partitions.set(key, progress);
    return progress;
  };
  return {
    see: (record) => {
      const progress = progressOf(record);
      progress.seen = Math.max(progress.seen, record.offset + 1);
    },
    keep: (record) => {
      const progress = progressOf(record);
      progress.kept = Math.min(progress.kept ?? record.offset, record.offset);
    },
    sources: (waiting) => {
      const next = new Map<Progress, number>();
      for (const progress of partitions.values()) {
        next.set(progress, Math.min(progress.seen, progress.kept ?? progress.seen));
      }
      for (const record of waiting) {
        const progress = progressOf(record);
        next.set(progress, Math.min(next.get(progress) ?? 0, record.offset));
      }
      return [...next]
        .map(([{ topic, partition, durable }, end]) => ({
          topic,
          partition,
          from: durable,
          next: end,
        }))
        .sort(byPlace);
    },
    commit: (sources) => {
      for (const source of sources) {
        const progress = progressOf(source);
        progress.durable = source.next;
        progress.seen = Math.max(progress.seen, source.next);
      }
    },
    durable: (topic, partition) => progressOf({ topic, partition }).durable,
  };
}

function byPlace(a: Sources[number], b: Sources[number]): number {
  if (a.topic !== b.topic) return compareText(a.topic, b.topic);
  return a.partition - b.partition;
}
