/**
 * Progress within one partition. Records finish in any order; the committed offset is the
 * contiguous watermark, and the commit metadata lists the records finished above it. Pure.
 */

/** Kafka's default limit for commit metadata is 4,096 bytes. */
export const metadataBytesMax = 4096;

export class Watermark {
  #next: number;
  #done = new Set<number>();

  /** `done`: offsets at or above `next` that finished before. */
  constructor(next: number, done: Iterable<number> = []) {
    this.#next = next;
    for (const offset of done) this.complete(offset);
  }

  /** First offset not yet done. */
  get next(): number {
    return this.#next;
  }

  isDone(offset: number): boolean {
    return offset < this.#next || this.#done.has(offset);
  }

  /** Idempotent. */
  complete(offset: number): void {
    if (offset < this.#next) return;
    this.#done.add(offset);
    while (this.#done.delete(this.#next)) this.#next += 1;
  }

  /** Finished offsets above the watermark, as commit metadata. */
  metadata(): string {
    return encodeDone(this.#next, this.#done);
  }
}

/**
 * Alternating run lengths from `next` on: not done, done, not done… in base 36. Runs that do not
 * fit are left out: their records are delivered again, and ids make that harmless (I7).
 */
export function encodeDone(next: number, done: ReadonlySet<number>): string {
  const offsets = [...done].sort((a, b) => a - b);
  const parts: string[] = [];
  let length = 0;
  let position = next;
  for (let index = 0; index < offsets.length; ) {
    const start = offsets[index] as number;
    let end = start;
    while (index < offsets.length && offsets[index] === end) {
      end += 1;
      index += 1;
    }
    const part = `${(start - position).toString(36)},${(end - start).toString(36)}`;
    // One more for the separator.
    if (length + part.length + 1 > metadataBytesMax) break;
    parts.push(part);
    length += part.length + 1;
    position = end;
  }
  return parts.join(' ');
}

/**
 * Inverse of `encodeDone`. Unreadable metadata yields no further offsets: redelivery is harmless.
 */
export function decodeDone(next: number, metadata: string): number[] {
  const offsets: number[] = [];
  let position = next;
  for (const part of metadata.split(' ')) {
    const match = /^([0-9a-z]{1,8}),([0-9a-z]{1,8})$/.exec(part);
    if (match === null) return offsets;
    const start = position + Number.parseInt(match[1] as string, 36);
    const end = start + Number.parseInt(match[2] as string, 36);
    for (let offset = start; offset < end; offset += 1) offsets.push(offset);
    position = end;
  }
  return offsets;
}
