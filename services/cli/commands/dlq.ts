/** `backstory dlq list|show|retry|drop`: the dead letters of a data set. */

import { pino } from 'pino';
import { topicNames } from '../../../schemas/topology.ts';
import { printable } from '../../dataset/printable.ts';
import type { ResolvedValues } from '../../registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import {
  type DeadLetter,
  dropDeadLetter,
  type Letters,
  readDeadLetters,
  retryDeadLetter,
} from '../../runtime/cluster/dead-letters.ts';
import { isWhole } from '../../runtime/engine/try-again.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { openConfluentWire } from '../../runtime/records/wire-confluent.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openRegistry,
  withBus,
} from '../open/connections.ts';

export interface DlqOptions extends ClusterCommandOptions {
  readonly all?: boolean;
  readonly json?: boolean;
  /** The user states that the cause is gone; retries beyond the limit are then allowed. */
  readonly mended?: boolean;
}

/** Without --all, lists only dead letters that wait for a decision. */
export async function dlqListCommand(
  context: CommandContext,
  options: DlqOptions,
): Promise<ExitCode> {
  const letters = await withLetters(context, options, async (all) =>
    all.filter(({ status }) => options.all === true || status === 'waiting'),
  );
  if (options.json === true) {
    writeJson(context.out, letters.map(describe));
    return exitCodes.fine;
  }
  for (const { id, topic, body, status } of letters) {
    const what = printable(`${body.stage} of ${topic}: ${body.reason}: ${body.detail}`);
    writeLine(context.out, `${id}  ${status.padEnd(8)}  ${what}`);
  }
  if (letters.length === 0) writeLine(context.out, 'no dead letters wait');
  return exitCodes.fine;
}

export async function dlqShowCommand(
  context: CommandContext,
  id: string,
  options: DlqOptions,
): Promise<ExitCode> {
  const letter = await withLetters(context, options, async (all) => only(all, id));
  writeJson(context.out, {
    ...describe(letter),
    envelope: letter.envelope,
    payloadBase64: Buffer.from(letter.body.payload).toString('base64'),
  });
  return exitCodes.fine;
}

export function dlqRetryCommand(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
): Promise<ExitCode> {
  const mended = options.mended === true;
  return actOn(context, ids, options, 'retried', (place, letter, all) =>
    retryDeadLetter(place, letter, all, mended),
  );
}

export function dlqDropCommand(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
): Promise<ExitCode> {
  return actOn(context, ids, options, 'dropped', async ({ bus, dataset }, letter) => {
    await dropDeadLetter(bus, dataset, letter);
    return [letter];
  });
}

async function actOn(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
  done: string,
  act: (
    place: Letters,
    letter: DeadLetter,
    all: readonly DeadLetter[],
  ) => Promise<readonly DeadLetter[]>,
): Promise<ExitCode> {
  await withLetters(context, options, async (all, place) => {
    const handled = new Set<string>();
    for (const letter of ids.map((id) => only(all, id))) {
      if (handled.has(letter.id)) continue;
      for (const { id } of await act(place, letter, all)) {
        handled.add(id);
        writeLine(context.out, `${done} ${id}`);
      }
    }
  });
  return exitCodes.fine;
}

async function withLetters<Result>(
  context: CommandContext,
  options: DlqOptions,
  use: (letters: readonly DeadLetter[], place: Letters) => Promise<Result>,
): Promise<Result> {
  const { values } = await loadClusterConfiguration(context, options);
  const { dataset } = values.runtime;
  return withBus(context, values, async (bus) => {
    const wire = await openWire(context, values);
    return use(await readDeadLetters(bus, wire, dataset), { bus, wire, dataset });
  });
}

/** Needs the data set's schemas, because a record that is tried again is written anew. */
function openWire(context: CommandContext, values: ResolvedValues) {
  const log = pino({ level: values.runtime.logLevel, base: null }, context.err.stream);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const { signal } = context;
  return openConfluentWire({ registry, dataset, clock: systemClock, log, signal }, topicNames, []);
}

/** The letter with this id, which may be shortened to any unambiguous beginning. */
function only(letters: readonly DeadLetter[], id: string): DeadLetter {
  const [first, ...others] = letters.filter((letter) => letter.id.startsWith(id));
  if (first !== undefined && others.length === 0) return first;
  const what = first === undefined ? 'no dead letter has' : 'several dead letters have';
  throw new PipelineError(
    'USAGE',
    `${what} the id ${id}; \`backstory dlq list --all\` shows them`,
    {
      subject: id,
    },
  );
}

function describe({ id, topic, key, body, status, retries }: DeadLetter) {
  const { stage, partition, offset, reason, detail, attempts, payload } = body;
  const bytes = payload.byteLength;
  const place = { topic, partition, offset };
  return {
    id,
    status,
    retries,
    repositoryId: key,
    stage,
    reason,
    detail,
    attempts,
    bytes,
    whole: isWhole(body),
    ...place,
  };
}
