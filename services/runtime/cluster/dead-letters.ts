/**
 * The dead letters of a data set, for people: lists them, retries one or drops one. Nothing is
 * deleted: each action is noted in the control topic, and the record stays readable.
 */
import type { DeadLetterBody, Envelope } from '../../../schemas/generated/types.ts';
import {
  deadLetterTopic,
  graph,
  lifecycle,
  physicalTopic,
  type StageName,
  type TopicName,
  topicNames,
  topics,
  writerOf,
} from '../../../schemas/topology.ts';
import type { Bus } from '../bus/bus.ts';
import { forEachRecord } from '../bus/topic-reader.ts';
import { recordsAgain } from '../engine/try-again.ts';
import type { EnvelopeReader } from '../engine/unreadable.ts';
import { PipelineError } from '../errors.ts';
import { sha256 } from '../ids.ts';
import type { Wire } from '../records/wire.ts';
import { readControl, tell } from './control.ts';
import { isDrained } from './progress.ts';

export interface DeadLetter {
  readonly id: string;
  readonly topic: TopicName;
  /** Offset in the dead-letter topic. */
  readonly offset: number;
  readonly key: string;
  readonly envelope: Envelope;
  readonly body: DeadLetterBody;
  readonly status: 'waiting' | 'retried' | 'dropped';
  /** How often the record was put back into its topic so far. */
  readonly retries: number;
}

/** A record that failed this often will fail again until its cause is fixed. */
const retriesMax = 3;

/** The latest dead letter of each id. */
export async function readDeadLetters(
  bus: Bus,
  wire: Pick<Wire, 'decodeDeadLetter'>,
  dataset: string,
): Promise<DeadLetter[]> {
  const { records } = await readControl(bus, dataset, 0);
  const handled = new Map(
    records.flatMap((record) => (record.about === 'dead-letter' ? [[record.id, record]] : [])),
  );
  const letters = new Map<string, Omit<DeadLetter, 'retries'>>();
  const retries = new Map<string, number>();
  for (const topic of topicNames) {
    await forEachRecord(bus, physicalTopic(dataset, deadLetterTopic(topic)), async (record) => {
      const { envelope, body } = await wire.decodeDeadLetter(topic, record.value);
      const told = handled.get(envelope.id);
      const status = told !== undefined && told.offset >= record.offset ? told.action : 'waiting';
      const { offset, key } = record;
      const { id } = envelope;
      const retried = retriedRecord(topic, body);
      retries.set(retried, Math.max(retries.get(retried) ?? 0, told?.retries ?? 0));
      letters.set(id, { id, topic, offset, key, envelope, body, status });
    });
  }
  return [...letters.values()].map((letter) => ({
    ...letter,
    retries: retries.get(retriedRecord(letter.topic, letter.body)) ?? 0,
  }));
}

/**
 * Key under which retries are counted. An unreadable record gets another id at each offset where it
 * lies, so its bytes identify it.
 */
function retriedRecord(topic: TopicName, { payload }: DeadLetterBody): string {
  return `${topic}/${sha256(payload)}`;
}

/**
 * Puts the record back into its topic, for the stage that could not handle it. With a file's record
 * go those of all files of its repository that wait, because a repository is only complete with all
 * of them. This works a few times, and after that only if the caller says that the cause is fixed
 * (`mended`). Returns the letters that were retried.
 */
export async function retryDeadLetter(
  { bus, wire, dataset }: Letters,
  letter: DeadLetter,
  all: readonly DeadLetter[],
  mended: boolean,
): Promise<readonly DeadLetter[]> {
  const isOfFile = ({ topic }: DeadLetter) => topics[topic].about === 'file';
  const belongs = (other: DeadLetter) =>
    other.id === letter.id ||
    (isOfFile(letter) && isOfFile(other) && other.key === letter.key && other.status === 'waiting');
  const together = all.filter(belongs);
  for (const { id, retries, body } of together) {
    if (retries < retriesMax || mended) continue;
    throw new PipelineError(
      'USAGE',
      `dead letter ${id} was tried again ${retries} times (${body.reason}: ${body.detail}); mend the cause and add --mended, or drop it`,
      { subject: id },
    );
  }
  await requireTaker({ bus, wire, dataset }, letter);
  await bus.produce(await recordsAgain(bus, wire, dataset, together));
  for (const { id, offset, retries } of together) {
    const count = { retries: retries + 1 };
    await tell(bus, dataset, { about: 'dead-letter', id, action: 'retried', offset, ...count });
  }
  return together;
}

/**
 * A bounded data set ends, and with it the processes that would take the record. OUTPUT_CLOSED
 * where the stage, or all stages before the writer, have finished a closed input.
 */
async function requireTaker({ bus, wire, dataset }: Letters, { id, body }: DeadLetter) {
  const stage = body.stage as StageName;
  const isWriter = graph[stage].reads.includes(lifecycle.written);
  const last = isWriter ? writerOf(lifecycle.written) : stage;
  const decodeEnvelope: EnvelopeReader['decodeEnvelope'] = async (topic, value) =>
    (await wire.decode(topic, value)).envelope;
  if (!(await isDrained(bus, { decodeEnvelope }, dataset, last))) return;
  throw new PipelineError(
    'OUTPUT_CLOSED',
    `the input of ${dataset} is closed and ${last} has finished it, so nobody would take dead letter ${id} and its repository would be missing without a word; bring the repository into a new data set`,
    { subject: id },
  );
}

/** Where the dead letters of a data set are, and how to read and write its records. */
export interface Letters {
  readonly bus: Bus;
  readonly wire: Pick<Wire, 'encode' | 'decode' | 'decodeDeadLetter'>;
  readonly dataset: string;
}

export interface Handling {
  readonly what: 'retry' | 'drop';
  /** The cause is gone: retries beyond the limit are allowed. */
  readonly mended: boolean;
  readonly onHandled: (letter: DeadLetter) => void;
}

/** Retries or drops letters; each once, though a retry takes others of its repository along. */
export async function handleLetters(
  place: Letters,
  all: readonly DeadLetter[],
  chosen: readonly DeadLetter[],
  { what, mended, onHandled }: Handling,
): Promise<void> {
  const handled = new Set<string>();
  for (const letter of chosen) {
    if (handled.has(letter.id)) continue;
    for (const each of await handleLetter(place, letter, all, { what, mended })) {
      handled.add(each.id);
      onHandled(each);
    }
  }
}

async function handleLetter(
  place: Letters,
  letter: DeadLetter,
  all: readonly DeadLetter[],
  { what, mended }: Pick<Handling, 'what' | 'mended'>,
): Promise<readonly DeadLetter[]> {
  if (what === 'retry') return retryDeadLetter(place, letter, all, mended);
  await dropDeadLetter(place.bus, place.dataset, letter);
  return [letter];
}

/** The letter with this id, which may be shortened to any unambiguous beginning. */
export function letterWithId(letters: readonly DeadLetter[], id: string): DeadLetter {
  const [first, ...others] = letters.filter((letter) => letter.id.startsWith(id));
  if (first !== undefined && others.length === 0) return first;
  const what = first === undefined ? 'no dead letter has' : 'several dead letters have';
  throw new PipelineError(
    'USAGE',
    `${what} the id ${id}; \`backstory dlq list --all\` shows them`,
    { subject: id },
  );
}

export async function dropDeadLetter(
  bus: Bus,
  dataset: string,
  { id, offset, retries }: DeadLetter,
) {
  await tell(bus, dataset, { about: 'dead-letter', id, action: 'dropped', offset, retries });
}
