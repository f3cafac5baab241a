/**
 * A bus that misbehaves as a real one may, and no worse: it delivers records again, lets partitions
 * overtake each other, writes only some partitions of a call that fails, and after the simulated
 * death of the process refuses every effect. Acknowledged records are never lost and keep their
 * order within a partition.
 */
import type {
  Bus,
  BusConsumer,
  ConsumerOptions,
  IncomingRecord,
  OutgoingRecord,
} from '../../services/runtime/bus/bus.ts';
import { ProcessDeath } from '../../services/runtime/stage.ts';
import type { SeededRandom } from './random.ts';

/** State of one simulated process, shared by all of its effects. */
export interface Life {
  dead: boolean;
}

export interface Faults {
  /** Share of produced calls that are written twice, as after a lost response. */
  readonly duplicateShare: number;
  /** Share of calls with several records of which a part is written before the process dies. */
  readonly partialShare: number;
  /** Share of deliveries that are held back for a while, so that other partitions overtake. */
  readonly delayShare: number;
  /** Changes a record on its way to the log; by default it stays as it is. */
  readonly corrupt?: (record: OutgoingRecord, bus: Bus) => Promise<OutgoingRecord>;
}

export function die(life: Life): never {
  life.dead = true;
  throw new ProcessDeath('the simulated process is dead');
}

export function faultyBus(bus: Bus, random: SeededRandom, faults: Faults, life: Life): Bus {
  const alive = () => {
    if (life.dead) die(life);
  };
  return {
    createTopics: async (topics) => {
      alive();
      await bus.createTopics(topics);
    },
    produce: async (whole) => {
      alive();
      const { corrupt } = faults;
      const records =
        corrupt === undefined
          ? whole
          : await Promise.all(whole.map((record) => corrupt(record, bus)));
      if (records.length > 1 && random.next() < faults.partialShare) {
        await bus.produce(partOf(records, random));
        die(life);
      }
      await bus.produce(records);
      if (random.next() < faults.duplicateShare) await bus.produce(records);
      alive();
    },
    consume: (options) => consumeLate(bus, options, random, faults, life),
    read: (at, offset, limit) => bus.read(at, offset, limit),
    endOffsets: (topic) => bus.endOffsets(topic),
    startOffsets: (topic) => bus.startOffsets(topic),
    committed: (group, at) => bus.committed(group, at),
    committedOf: (group, topic) => bus.committedOf(group, topic),
    close: () => bus.close(),
  };
}

/**
 * The records that a broker has written of a failed call: of each key, and so of each partition,
 * the first records of the call or none.
 */
function partOf(records: readonly OutgoingRecord[], random: SeededRandom): OutgoingRecord[] {
  const byPartition = Map.groupBy(records, ({ topic, key }) => `${topic}/${key}`);
  return [...byPartition.values()].flatMap((own) => own.slice(0, random.below(own.length + 1)));
}

/**
 * Delays some deliveries; later ones of the same partition queue behind them, so each partition
 * keeps its order.
 */
async function consumeLate(
  bus: Bus,
  options: ConsumerOptions,
  random: SeededRandom,
  faults: Faults,
  life: Life,
): Promise<BusConsumer> {
  const held = new Map<string, Promise<void>>();
  const deliver = (records: readonly IncomingRecord[]) => {
    const first = records[0];
    if (first === undefined || life.dead) return;
    const partition = `${first.topic}/${first.partition}`;
    const before = held.get(partition);
    if (before === undefined && random.next() >= faults.delayShare) {
      options.onRecords(records);
      return;
    }
    const waitMs = random.below(20);
    const after = (before ?? Promise.resolve())
      .then(() => new Promise<void>((resolve) => setTimeout(resolve, waitMs)))
      .then(() => {
        if (held.get(partition) === after) held.delete(partition);
        if (!life.dead) options.onRecords(records);
      });
    held.set(partition, after);
  };
  const consumer = await bus.consume({ ...options, onRecords: deliver });
  return {
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    commit: async (commits) => {
      if (life.dead) die(life);
      await consumer.commit(commits);
    },
    close: () => consumer.close(),
  };
}
