/** `backstory dlq list|show|retry|drop`: the dead letters of a data set. */
import { pino } from 'pino';
import type { ResolvedValues } from '../../registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { systemClock } from '../../runtime/clock.ts';
import {
  type DeadLetter,
  dropDeadLetter,
  isWhole,
  readDeadLetters,
  retryDeadLetter,
} from '../../runtime/cluster/dead-letters.ts';
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
import { printable } from '../style.ts';

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
  return actOn(context, ids, options, 'retried', (bus, dataset, letter) =>
    retryDeadLetter(bus, dataset, letter, mended),
  );
}

export function dlqDropCommand(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
): Promise<ExitCode> {
  return actOn(context, ids, options, 'dropped', dropDeadLetter);
}

async function actOn(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
  done: string,
  act: (bus: Bus, dataset: string, letter: DeadLetter) => Promise<void>,
): Promise<ExitCode> {
  await withLetters(context, options, async (all, bus, dataset) => {
    for (const letter of ids.map((id) => only(all, id))) {
      await act(bus, dataset, letter);
      writeLine(context.out, `${done} ${letter.id}`);
    }
  });
  return exitCodes.fine;
}

async function withLetters<Result>(
  context: CommandContext,
  options: DlqOptions,
  use: (letters: readonly DeadLetter[], bus: Bus, dataset: string) => Promise<Result>,
): Promise<Result> {
  const { values } = await loadClusterConfiguration(context, options);
  const { dataset } = values.runtime;
  return withBus(context, values, async (bus) => {
    const wire = await openReadingWire(context, values);
    return use(await readDeadLetters(bus, wire, dataset), bus, dataset);
  });
}

function openReadingWire(context: CommandContext, values: ResolvedValues) {
  const log = pino({ level: values.runtime.logLevel, base: null }, context.err.stream);
  const registry = openRegistry(context, values);
  const { dataset } = values.runtime;
  const { signal } = context;
  return openConfluentWire({ registry, dataset, clock: systemClock, log, signal }, [], []);
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
