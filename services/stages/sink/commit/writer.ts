/**
 * The writer: order, pack, seal, commit. Everything that counts is in the manifest; what is only in
 * memory can be lost at any moment and is made again from the records after the resume offsets
 * (I5).
 * In a bounded run the shards are a function of the samples alone (I6).
 */
import { checkpointEntries } from '../../../../schemas/checkpoint.ts';
import type { ManifestEntry } from '../../../../schemas/manifest.ts';
import { countTrained } from '../../../../schemas/mds.ts';
import type { TopicName } from '../../../../schemas/topology.ts';
import { blankNewShards, settleNewShards } from '../../../dataset/growing/opt-out.ts';
import { publishDerived, publishSettled } from '../../../dataset/growing/publish.ts';
import { createEntry, hasEntry, nextNumbers, sumOver } from '../../../dataset/manifest.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { type Emit, emit } from '../../../runtime/outcomes.ts';
import type { RejectRecord, StageRecord, Writer, WriterResult } from '../../../runtime/stage.ts';
import type { ObjectStore } from '../../../runtime/store/objects/object-store.ts';
import type { Bin } from '../pack/pack.ts';
import type { SamplePiece } from '../pack/pieces.ts';
import type { SinkTools } from '../report.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { removeAbandoned } from './garbage.ts';
import {
  createLoads,
  type HeldRecord,
  holdRecord,
  type Loads,
  loadPieces,
  positionOf,
} from './loads.ts';
import { openOffsets } from './offsets.ts';
import { keepTokenizer } from './output.ts';
import { groupShards, type SealedPack, storedIn, writeShard } from './shards.ts';
import { loadState, makeEntry, type SinkState, sealPack } from './state.ts';

/** Another writer created the next entry; this one reads it and continues after it. */
class Conflict extends Error {}

const folders = ['shards', 'provenance', 'manifest', 'tokenizer'];

/** `span` is how many entries a checkpoint covers; outputs of one kind have one. */
export async function openSinkWriter(
  tools: SinkTools,
  store: ObjectStore,
  tokenizer: Tokenizer,
  reject: RejectRecord,
  span = checkpointEntries,
): Promise<Writer> {
  for (const folder of folders) await store.removeTemporary(folder);
  const state = await loadState(tools, store, tokenizer, null);
  const file = await keepTokenizer(store, tokenizer, state.end.entries.at(-1) ?? null);
  // Checkpoints, index and head may be older than the manifest after a crash.
  state.end = await publishDerived(store, state.end, span);
  state.known.cover(state.end);
  await removeAbandoned(store, state.end);
  return new SinkWriter({ tools, store, tokenizer, reject, span }, state, file);
}

interface Surroundings {
  readonly tools: SinkTools;
  readonly store: ObjectStore;
  readonly tokenizer: Tokenizer;
  readonly reject: RejectRecord;
  readonly span: number;
}

class SinkWriter implements Writer {
  readonly #reject: RejectRecord;
  readonly #tools: SinkTools;
  readonly #store: ObjectStore;
  readonly #tokenizer: Tokenizer;
  readonly #tokenizerFacts: ManifestEntry['tokenizer'];
  readonly #offsets = openOffsets();
  readonly #loads: Loads;
  #state: SinkState;
  /** Number of source positions of a bounded run, once it is known. */
  #sources: number | null = null;
  #outcomes: Emit[] = [];
  #stored: NonNullable<WriterResult['stored']> = [];
  /** Files made for an entry that is not created yet. */
  #written: string[] = [];
  /** How many entries there were at the last result, all announced when the next call comes. */
  #told = 0;
  readonly #span: number;
  /** The first failure; after it the state in memory can no longer be trusted. */
  #failure: { readonly error: unknown } | null = null;

  constructor(
    { tools, store, tokenizer, reject, span }: Surroundings,
    state: SinkState,
    file: ManifestEntry['tokenizer']['file'],
  ) {
    this.#reject = reject;
    this.#span = span;
    this.#tools = tools;
    this.#store = store;
    this.#tokenizer = tokenizer;
    this.#loads = createLoads((sample) => loadPieces(sample, tokenizer, tools));
    const { name, fingerprint, endOfText, template, masking } = tokenizer;
    this.#tokenizerFacts = { name, file, fingerprint, endOfText, template: template.name, masking };
    this.#state = state;
    const { entries, settled } = state.end;
    const head = entries.at(-1);
    if (head === undefined) return;
    this.#offsets.commit(head.sources);
    // The writer of an entry may have died before it announced the shards; announcing them twice is
    // harmless (I7).
    for (const entry of entries) if (entry.entry >= settled) this.#announce(entry);
  }

  resumeOffset(topic: TopicName, partition: number): number {
    return this.#offsets.durable(topic, partition);
  }

  begin(): WriterResult {
    return this.#result();
  }

  async accept(record: StageRecord): Promise<WriterResult> {
    return this.#guarded(async () => {
      await this.#take(record);
      await this.#overConflicts(() => this.#advance());
    });
  }

  /** Also seals the open packs. Without any pack no entry is made: it would only hold offsets. */
  async idle(): Promise<WriterResult> {
    return this.#guarded(async () => {
      if (this.#tools.run.bounded) throw new Error('a bounded run is never idle');
      await this.#overConflicts(async () => {
        await this.#advance(true);
        this.#seal(this.#state.packer.flush());
        if (this.#state.pending.length > 0) await this.#commit(this.#groups(), [], false);
      });
    });
  }

  /** Saves nothing, because the records after the resume offsets give the same state again. */
  async close(): Promise<void> {
    await this.#tokenizer.close();
  }

  async #guarded(work: () => Promise<void>): Promise<WriterResult> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      await this.#settle();
      await work();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
    return this.#result();
  }

  #result(): WriterResult {
    const [outcomes, stored] = [this.#outcomes, this.#stored];
    [this.#outcomes, this.#stored] = [[], []];
    this.#told = this.#state.end.count;
    return { outcomes, stored, done: this.#isComplete() };
  }

  /**
   * A writer is called again only when what it returned before is durable. So the entries up to
   * there are announced, and the next start need not read them.
   */
  async #settle(): Promise<void> {
    const state = this.#state;
    if (this.#told - state.end.settled < this.#span) return;
    await removeAbandoned(this.#store, state.end);
    state.end = await publishSettled(this.#store, state.end, this.#told);
    this.#tools.crashPoint('sink:settled');
  }

  #isComplete(): boolean {
    return this.#state.end.entries.at(-1)?.closed === true;
  }

  async #take(record: StageRecord): Promise<void> {
    this.#offsets.see(record);
    if (record.topic === 'input-closed') {
      this.#sources = (record.body as { sources: number }).sources;
      this.#state.order.close(this.#sources);
      // The manifest does not hold the number of sources, so every restart reads this record again.
      this.#offsets.keep(record);
    } else if (!this.#isComplete()) {
      await this.#offer(await this.#hold(record));
    } else if (record.topic === 'trajectory' && !(await this.#isPacked(record.envelope.id))) {
      await this.#giveUp(positionOf(record), closedBefore(record.envelope));
    }
  }

  async #offer(item: HeldRecord): Promise<void> {
    this.#state.order.offer(item, await this.#isPacked(item.id));
  }

  async #isPacked(id: string | null): Promise<boolean> {
    return id !== null && (await this.#state.known.has(id));
  }

  /** A sample that cannot be read for ever becomes a position without one. */
  async #hold(record: StageRecord): Promise<HeldRecord> {
    try {
      return await holdRecord(record, this.#tools);
    } catch (error) {
      return this.#giveUp(positionOf(record), error);
    }
  }

  /** The dead letter is durable before any entry passes the record. */
  async #giveUp(item: HeldRecord, error: unknown): Promise<HeldRecord> {
    if (!(error instanceof PipelineError) || error.disposition !== 'reject') throw error;
    await this.#reject({ ...item, topic: item.topic as TopicName }, error);
    return { ...item, id: null, samples: [] };
  }

  /**
   * A lost race means that the data set grew, so it never ends a writer, however often it happens.
   * A manifest number that is taken although no entry can be read there counts as blocked.
   */
  async #overConflicts(work: () => Promise<void>): Promise<void> {
    for (let blocked = 0; ; ) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        blocked = (await this.#reload()) ? 0 : blocked + 1;
        if (blocked > this.#tools.config.conflictsMax) throw lockedOut(blocked);
      }
    }
  }

  /**
   * Packs what is in order, seals what is full, and closes a bounded run after the last sample.
   * With tokenizer threads, as many samples as threads stay unpacked while they are tokenized,
   * until the input is quiet or complete.
   */
  async #advance(quiet = false): Promise<void> {
    const state = this.#state;
    const ahead = quiet || state.order.isArrived() ? 0 : this.#tools.config.tokenizerThreads;
    while (this.#lookAhead() > ahead) {
      const next = state.order.shift();
      if (next === null) break;
      if (next.id !== null) state.known.add(next.id);
      const { item, pieces } = await this.#load(next);
      state.uncommitted.push(item);
      for (const sample of item.samples) state.references.set(sample.id, sample);
      for (const piece of pieces) {
        this.#tools.count('tokens_packed', piece.tokens);
        this.#tools.count('tokens_trained', countTrained(piece.mask));
        this.#seal(state.packer.add(piece));
      }
      const groups = this.#groups();
      if (groups.length > 1) await this.#commit(groups.slice(0, -1), groups.at(-1) ?? [], false);
    }
    if (!state.order.isComplete() || this.#isComplete()) return;
    this.#seal(state.packer.flush());
    await this.#commit(this.#groups(), [], true);
  }

  async #load(item: HeldRecord) {
    try {
      return { item, pieces: await this.#loads.take(item.samples) };
    } catch (error) {
      return { item: await this.#giveUp(item, error), pieces: [] };
    }
  }

  /** Begins to load the samples that come next; returns how many records are ready. */
  #lookAhead(): number {
    const ready = this.#state.order.ready(1 + this.#tools.config.tokenizerThreads);
    for (const { samples } of ready) for (const sample of samples) this.#loads.begin(sample);
    return ready.length;
  }

  #seal(bins: readonly Bin<SamplePiece>[]): void {
    const { dataset } = this.#tools.run;
    this.#state.pending.push(...bins.map((bin) => sealPack(bin, dataset)));
  }

  #groups(): SealedPack[][] {
    return groupShards(this.#state.pending, this.#tools.config.shardBytesMax);
  }

  /**
   * Writes shards, then the entry that makes them part of the data set, then the index and the
   * head, which are derived from the entries.
   */
  async #commit(groups: SealedPack[][], rest: SealedPack[], closed: boolean): Promise<void> {
    const { run, crashPoint } = this.#tools;
    const state = this.#state;
    // Checked before any file is written, because a lost race makes the files worthless.
    if (await hasEntry(this.#store, state.end.count)) throw new Conflict();
    const { firstPack, firstShard } = nextNumbers(state.end.entries.at(-1) ?? null);
    const shards: ManifestEntry['shards'] = [];
    for (const packs of groups) {
      const facts = {
        number: firstShard + shards.length,
        entry: run.bounded ? null : state.end.count,
        firstPack: firstPack + sumOver(shards, (shard) => shard.packs),
        runId: run.runId,
      };
      const shard = await writeShard(this.#store, packs, facts, crashPoint);
      this.#written.push(shard.path, shard.provenance.path);
      shards.push(shard);
    }
    // What was opted out while it was on its way leaves before anybody can read it.
    const { endOfText } = this.#tokenizerFacts;
    const seen = await blankNewShards(this.#store, shards, endOfText);
    const entry = makeEntry(state, this.#tools, {
      shards,
      sealed: groups.flat(),
      rest,
      sources: this.#offsets.sources(state.order.waiting()),
      tokenizer: this.#tokenizerFacts,
      closed,
    });
    const headHash = await createEntry(this.#store, entry);
    if (headHash === null) throw new Conflict();
    crashPoint('sink:entry-created');
    this.#written = [];
    const { count, entries } = state.end;
    state.end = { ...state.end, count: count + 1, entries: [...entries, entry], headHash };
    state.pending = rest;
    state.uncommitted = [];
    const carried = new Set(entry.carried.samples.map((sample) => sample.id));
    for (const id of state.references.keys()) if (!carried.has(id)) state.references.delete(id);
    this.#offsets.commit(entry.sources);
    // An opt-out between the look and the entry has not seen its shards.
    await settleNewShards(this.#store, shards, endOfText, seen);
    state.end = await publishDerived(this.#store, state.end, this.#span);
    state.known.cover(state.end);
    crashPoint('sink:index-written');
    this.#announce(entry);
    this.#stored = [...this.#stored, ...storedIn(shards, groups)];
    this.#count(entry);
  }

  /**
   * Loads the state again from the manifest and offers it the records that the manifest does not
   * hold. Returns false when the manifest has no new entry.
   */
  async #reload(): Promise<boolean> {
    this.#loads.forget();
    const before = this.#state;
    const backlog = [...before.uncommitted, ...before.order.waiting()];
    this.#state = await loadState(this.#tools, this.#store, this.#tokenizer, before);
    await removeAbandoned(this.#store, this.#state.end, this.#written);
    this.#written = [];
    const { entries: all } = this.#state.end;
    const entries = all.filter(({ entry }) => entry >= before.end.count);
    for (const entry of entries) {
      this.#offsets.commit(entry.sources);
      this.#announce(entry);
    }
    if (this.#sources !== null) this.#state.order.close(this.#sources);
    for (const item of backlog) await this.#offer(item);
    return entries.length > 0;
  }

  /** The ordinal is the shard's number, so that announcing a shard twice gives one id. */
  #announce(entry: ManifestEntry): void {
    for (const [position, shard] of entry.shards.entries()) {
      const { path, sha256, bytes, packs, tokens, trainedTokens, firstPack } = shard;
      const facts = { path, sha256, bytes, packs, tokens, trainedTokens, firstPack };
      const body = { entry: entry.entry, ...facts, contextLength: entry.contextLength };
      this.#outcomes.push(emit('shard-sealed', body, entry.firstShard + position));
    }
  }

  #count({ shards }: ManifestEntry): void {
    const { count } = this.#tools;
    count('shards_sealed', shards.length);
    count(
      'packs_written',
      sumOver(shards, (shard) => shard.packs),
    );
  }
}

/** A repository that was tried again, and came when the data set was whole without it. */
function closedBefore({ id, repositoryId }: StageRecord['envelope']): PipelineError {
  return new PipelineError(
    'OUTPUT_CLOSED',
    `the data set was closed before repository ${repositoryId} came back; bring it into a new data set`,
    { subject: id },
  );
}

function lockedOut(times: number): PipelineError {
  return new PipelineError(
    'OUTPUT_LOCKED',
    `the next manifest number was taken ${times} times in a row without an entry there; look what else writes to the output folder`,
  );
}
