/**
 * Counts what a run has done from the records it produces, by id, so that redelivery counts once.
 * A resumed run rebuilds the counts by reading its topics.
 */
import type { Envelope, TopicBodies } from '../../../schemas/generated/types.ts';
import type { TopicName } from '../../../schemas/topology.ts';
import type { Metrics } from '../watch/metrics.ts';
import type { ProgressSnapshot, RunProgress } from '../watch/progress.ts';

export class ProgressTracker implements RunProgress {
  deadLetters = 0;
  readonly #metrics: Metrics;
  readonly #found = new Set<number>();
  readonly #ended = new Set<number>();
  #done = 0;
  #dropped = 0;
  readonly #seen = new Set<string>();
  readonly #waiting = new Set<() => void>();
  #total: number | null = null;
  #filesPlanned = 0;
  #filesTraced = 0;
  #filesDone = 0;
  #calls = 0;
  #tokens = 0;
  #shards = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  observe(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void {
    const key = `${topic}/${envelope.id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#count(topic, envelope, body);
    for (const wake of this.#waiting) wake();
  }

  #count(topic: TopicName, envelope: Envelope, body: TopicBodies[TopicName]): void {
    if (topic === 'repo-found' || topic === 'dropped' || topic === 'trajectory') {
      this.#found.add(envelope.sourceSequence);
    }
    if (topic === 'dropped') {
      this.#dropped += 1;
      this.#ended.add(envelope.sourceSequence);
    } else if (topic === 'trajectory') {
      this.#done += 1;
      this.#ended.add(envelope.sourceSequence);
    } else if (topic === 'input-closed') {
      this.#total = (body as TopicBodies['input-closed']).sources;
    } else if (topic === 'repo-plan') {
      const plan = body as TopicBodies['repo-plan'];
      this.#filesPlanned += plan.files.length;
      this.#calls += plan.usage.calls;
    } else if (topic === 'file-trace') {
      this.#filesTraced += 1;
    } else if (topic === 'file-thought') {
      this.#filesDone += 1;
      this.#calls += (body as TopicBodies['file-thought']).usage.calls;
    } else if (topic === 'shard-sealed') {
      this.#shards += 1;
      this.#tokens += (body as TopicBodies['shard-sealed']).tokens;
    }
  }

  /** Repositories found that have not ended. */
  get open(): number {
    return this.#found.size - this.#ended.size;
  }

  /** Resolves when fewer than `limit` repositories are open, or the signal aborts. */
  async openBelow(limit: number, signal: AbortSignal): Promise<void> {
    while (this.open >= limit && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  snapshot(): ProgressSnapshot {
    return {
      repositories: {
        found: this.#found.size,
        total: this.#total,
        done: this.#done,
        dropped: this.#dropped,
      },
      files: { planned: this.#filesPlanned, done: this.#filesDone },
      calls: this.#calls,
      // Packs that are still open are counted by the sink; sealed ones by their records.
      tokens: Math.max(this.#tokens, this.#metrics.value('tokens_packed')),
      shards: this.#shards,
      phase: this.#phase(),
    };
  }

  #phase(): string {
    if (this.#found.size === 0) return 'discover';
    if (this.#filesPlanned === 0) return 'admit';
    if (this.#filesDone < this.#filesPlanned) {
      const toSimulate = this.#filesPlanned - this.#filesTraced;
      return toSimulate > this.#filesTraced - this.#filesDone ? 'simulate' : 'search';
    }
    return this.open > 0 ? 'flatten' : 'sink';
  }
}
