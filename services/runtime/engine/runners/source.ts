/**
 * Runs the source: emits the items that the data set does not have yet, in order, limits the number
 * of open repositories, and closes the input of a bounded run. Items are compared by content, not
 * by position, so a line may be added anywhere in a list. A repository that appears twice, in any
 * form and under any name, is dropped the second time: one content has one trajectory.
 */
import type { Envelope } from '../../../../schemas/generated/types.ts';
import { lifecycle } from '../../../../schemas/topology.ts';
import { noUsage } from '../../../ports/usage.ts';
import { type ErrorCode, PipelineError } from '../../errors.ts';
import { IdCounts } from '../../hashes/id-set.ts';
import { type Emit, emit } from '../../outcomes.ts';
import type { AnySource, AnyTools, SourceItem } from '../../stage.ts';
import { isInputClosed } from '../closed-input.ts';
import { patiently, stopProcess } from '../endings.ts';
import {
  childRecord,
  datasetEnvelope,
  type Engine,
  type PlannedRecord,
  produce,
  type StageRunner,
} from '../engine.ts';
import { type Emitted, hasAllRecords, pastOf, readEmitted, treeOf } from './emitted.ts';
import { type Round, roundsOf } from './rounds.ts';

export async function startSource(stage: AnySource, engine: Engine): Promise<StageRunner> {
  const tools = engine.toolsFor(stage);
  await stage.open?.(tools);
  const emitted = await readEmittedPatiently(stage, engine);
  const stopping = new AbortController();
  const over = AbortSignal.any([engine.signal, stopping.signal]);

  const pump = async () => {
    // The input of a finished run was compared with its records before the stages started.
    if (emitted.closed) return;
    for await (const round of roundsOf(stage, engine, over)) {
      await readAll(round);
      if (over.aborted) return;
    }
    if (engine.run.bounded && !over.aborted) await closeInput(stage, engine, emitted);
  };
  // The source may wait for long, for example for a code host, and ends with its stage.
  const heard = { ...tools, signal: over };
  const readAll = async (round: Round) => {
    let started = performance.now();
    for await (const item of newItems(stage, engine, emitted, { tools: heard, round })) {
      await engine.gate?.pass(stage.name, over);
      if (over.aborted) return;
      if (isEmit(item)) {
        await write(stage, engine, listedRecord(stage, engine, item, emitted));
        engine.crashPoint(`${stage.name}:after-listed`);
        continue;
      }
      const record = recordOf(stage, engine, item, emitted);
      await write(stage, engine, record);
      const seconds = (performance.now() - started) / 1000;
      engine.metrics.handled(stage.name, 'emitted', seconds);
      traceFound(engine, emitted, item, { record, seconds });
      engine.crashPoint(`${stage.name}:after-produce`);
      emitted.nextSequence += 1;
      await engine.progress.openBelow(engine.settings.openRepositoriesMax, over);
      started = performance.now();
    }
  };
  const pumping = pump().catch((error: unknown) => {
    // What a source waited for ends with an error when it is told to stop; that is no failure.
    if (!over.aborted) stopProcess(engine, stage.name, error);
  });
  return {
    assigned: () => null,
    stop: async () => {
      stopping.abort();
      await pumping;
      await stage.close?.(tools);
    },
  };
}

/** The maximum number of names in one message. */
const namedMax = 5;

/** Changes of a finished run's input since the run read it. */
interface InputSince {
  added: number;
  changed: number;
  /** The first added or changed sources, each with the words new or changed. */
  readonly names: string[];
}

/**
 * Throws if sources were added to the input of a finished run, or have changed since; the error
 * names them. A finished run takes no more repositories, so continuing silently would lose them.
 */
export async function requireFinishedInput(stage: AnySource, engine: Engine): Promise<void> {
  const since = await inputSince(stage, engine);
  if (since.added + since.changed > 0) throw inputMismatch(engine, since);
}

/**
 * Returns the number of sources that were added to the input of a finished run. Throws if a source
 * has changed, because the run holds its earlier revision; the error names the source.
 */
export async function countAdded(stage: AnySource, engine: Engine): Promise<number> {
  const since = await inputSince(stage, engine);
  if (since.changed > 0) throw inputMismatch(engine, since);
  return since.added;
}

const comparing: Round = { purpose: 'compare', added: [], addedOnly: false };

async function inputSince(stage: AnySource, engine: Engine): Promise<InputSince> {
  const since: InputSince = { added: 0, changed: 0, names: [] };
  const tools = engine.toolsFor(stage);
  const { bus, codec, run } = engine;
  const isClosed = () => isInputClosed(bus, codec, run.dataset);
  // Asked first, because an unfinished run reads all of the source's records when it starts.
  if (!(await patiently({ engine, stage: stage.name }, isClosed))) return since;
  const emitted = await readEmittedPatiently(stage, engine);
  // If retention has removed records, the sources that the run has read are no longer known.
  if (!emitted.closed || !(await hasAllRecords(stage, engine))) return since;
  for await (const item of newItems(stage, engine, emitted, { tools, round: comparing })) {
    if (isEmit(item)) continue;
    const { subject } = item;
    const isChanged = emitted.isNamed(subject);
    since[isChanged ? 'changed' : 'added'] += 1;
    if (since.names.length === namedMax) continue;
    since.names.push(`${subject.origin} (${isChanged ? 'changed' : 'new'})`);
  }
  return since;
}

function inputMismatch({ run }: Engine, { added, changed, names }: InputSince): PipelineError {
  const hiddenNames = added + changed - names.length;
  const more = hiddenNames > 0 ? ` and ${hiddenNames} more` : '';
  return new PipelineError(
    'OUTPUT_MISMATCH',
    `${run.outputFolder} holds a finished run, and its input has since got ${names.join(', ')}${more}; ` +
      'name what is new or changed as the sources of a run with another --out',
    { subject: run.outputFolder },
  );
}

/**
 * Yields the items that the data set does not have yet, at any position in the input, and records
 * about the input as such.
 */
async function* newItems(
  stage: AnySource,
  engine: Engine,
  emitted: Emitted,
  { tools, round }: { readonly tools: AnyTools; readonly round: Round },
): AsyncGenerator<SourceItem | Emit> {
  const met = new IdCounts();
  const log = engine.log.child({ stage: stage.name });
  const past = pastOf(stage, engine, emitted, round);
  for await (const item of stage.items(tools, past)) {
    if (isEmit(item)) {
      yield item;
      continue;
    }
    const { repositoryId, subject, outcome } = item;
    // The second of two equal sources becomes a separate drop, which may already be written.
    const times = met.add(repositoryId);
    // Whoever adds a repository that the data set has is told so by a drop.
    const isTold = round.addedOnly && round.purpose === 'read';
    if (!isTold && times <= emitted.ids.count(repositoryId)) continue;
    const isNamed = emitted.isNamed(subject);
    if (outcome.kind === 'unreadable' && isNamed) {
      log.warn(
        { source: subject.origin },
        'the source cannot be read any more; what was read stays',
      );
      continue;
    }
    if (isNamed && !emitted.ids.has(repositoryId)) {
      log.warn({ source: subject.origin }, 'the source has changed, and is read as a new revision');
    }
    yield item;
  }
}

/** A repository's trace begins once: the second of two equal sources is dropped in none. */
function traceFound(
  { traces }: Engine,
  { ids }: Emitted,
  { repositoryId, subject }: SourceItem,
  { record, seconds }: { readonly record: PlannedRecord; readonly seconds: number },
): void {
  if (ids.count(repositoryId) > 1) return;
  const how = record.topic === lifecycle.dropped ? 'dropped' : 'emitted';
  traces.found(record.envelope, subject, how, seconds);
}

function readEmittedPatiently(stage: AnySource, engine: Engine): Promise<Emitted> {
  return patiently({ engine, stage: stage.name }, () => readEmitted(stage, engine));
}

function recordOf(
  stage: AnySource,
  engine: Engine,
  item: SourceItem,
  emitted: Emitted,
): PlannedRecord {
  const sequence = emitted.nextSequence;
  const envelope = sourceEnvelope(engine, item, sequence);
  const { outcome } = item;
  const isKnownId = emitted.ids.add(item.repositoryId) > 1;
  if (outcome.kind === 'unreadable') {
    return childRecord(stage.name, envelope, dropOf(stage, item, sequence, outcome));
  }
  const isKnownTree = outcome.kind === 'emit' && !emitted.addTree(outcome);
  if (outcome.kind === 'emit' && !isKnownId && !isKnownTree) {
    return childRecord(stage.name, envelope, outcome);
  }
  return childRecord(stage.name, envelope, dropOf(stage, item, sequence, duplicateOf(outcome)));
}

function isEmit(item: SourceItem | Emit): item is Emit {
  return 'kind' in item;
}

/** A record about the input as such; its ordinal tells it from the earlier ones. */
function listedRecord(
  stage: AnySource,
  engine: Engine,
  listed: Emit,
  emitted: Emitted,
): PlannedRecord {
  const ordinal = emitted.listed;
  emitted.listed += 1;
  return childRecord(stage.name, datasetEnvelope(engine), { ...listed, ordinal });
}

/** Its detail names the tree, by which `why` finds the repository that came first. */
function duplicateOf(outcome: SourceItem['outcome']) {
  const tree = outcome.kind === 'emit' ? treeOf(outcome) : null;
  const named = tree === null ? '' : ` (tree ${tree.slice(0, 16)})`;
  return {
    reason: 'DUPLICATE_REPOSITORY',
    detail: `the same files came earlier in the input${named}`,
  } as const;
}

/**
 * Returns the drop of a source. Its ordinal is the source's sequence number, so that several drops
 * of one repository have different ids.
 */
function dropOf(
  stage: AnySource,
  { subject }: SourceItem,
  sequence: number,
  { reason, detail }: { readonly reason: ErrorCode; readonly detail: string },
): Emit {
  const { name, origin } = subject;
  const told = { disposition: 'drop' as const, reason, detail, usage: noUsage };
  return emit(lifecycle.dropped, { name, origin, stage: stage.name, ...told }, sequence);
}

/** Returns the parent envelope of a source's record, which stands for the repository itself. */
function sourceEnvelope(engine: Engine, item: SourceItem, sequence: number): Envelope {
  return {
    ...datasetEnvelope(engine),
    id: item.repositoryId,
    repositoryId: item.repositoryId,
    eventTimeMs: item.eventTimeMs,
    sourceSequence: sequence,
  };
}

async function closeInput(stage: AnySource, engine: Engine, emitted: Emitted): Promise<void> {
  const sources = emitted.nextSequence;
  const envelope = { ...datasetEnvelope(engine), sourceSequence: sources };
  const closed = childRecord(stage.name, envelope, emit(lifecycle.closed, { sources }));
  await write(stage, engine, closed);
  emitted.closed = true;
}

function write({ name: stage }: AnySource, engine: Engine, record: PlannedRecord): Promise<void> {
  return patiently({ engine, stage }, () => produce(engine, [record]));
}
