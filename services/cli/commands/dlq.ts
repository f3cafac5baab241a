/** `backstory dlq list|show|retry|drop`: the dead letters of a data set. */
import { printable } from '../../dataset/printable.ts';
import {
  type DeadLetter,
  handleLetters,
  type Letters,
  letterWithId,
  readDeadLetters,
} from '../../runtime/cluster/dead-letters.ts';
import { isWhole } from '../../runtime/engine/try-again.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';
import {
  type ClusterCommandOptions,
  loadClusterConfiguration,
  openWire,
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
  const letter = await withLetters(context, options, async (all) => letterWithId(all, id));
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
  return actOn(context, ids, options, 'retry');
}

export function dlqDropCommand(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
): Promise<ExitCode> {
  return actOn(context, ids, options, 'drop');
}

async function actOn(
  context: CommandContext,
  ids: readonly string[],
  options: DlqOptions,
  what: 'retry' | 'drop',
): Promise<ExitCode> {
  const done = what === 'retry' ? 'retried' : 'dropped';
  const mended = options.mended === true;
  const onHandled = ({ id }: DeadLetter) => writeLine(context.out, `${done} ${id}`);
  await withLetters(context, options, (all, place) => {
    const chosen = ids.map((id) => letterWithId(all, id));
    return handleLetters(place, all, chosen, { what, mended, onHandled });
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
