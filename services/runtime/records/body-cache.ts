/**
 * Decoded bodies by their key, the least recently used forgotten first. Its bound is what bodies
 * take in memory, not their number: thousands of small repositories and one large one both fit.
 */

export interface CacheLimits {
  /** Sum over the encoded bodies. */
  readonly encodedBytes: number;
  /** Sum over the estimates of what the decoded bodies take. */
  readonly bytesInMemory: number;
  /** The last bodies used, which stay above `bytesInMemory`. */
  readonly bodiesKept: number;
}

export interface BodyCache {
  /** Two calls for one key share a load; a failure is not kept. */
  get(key: string, encodedBytes: number, load: () => Promise<unknown>): Promise<unknown>;
  /** Estimate for all bodies that are held. */
  readonly bytesInMemory: number;
}

interface Held {
  readonly body: Promise<unknown>;
  readonly encodedBytes: number;
  /** 0 until the body is loaded. */
  bytesInMemory: number;
}

export function openBodyCache(limits: CacheLimits): BodyCache {
  /** A map's order is that of insertion; here it is the order of use. */
  const held = new Map<string, Held>();
  let encodedBytes = 0;
  let bytesInMemory = 0;
  const forget = (key: string, { encodedBytes: encoded, bytesInMemory: bytes }: Held) => {
    held.delete(key);
    encodedBytes -= encoded;
    bytesInMemory -= bytes;
  };
  const keepLimits = () => {
    for (const [oldest, body] of held) {
      const large = encodedBytes > limits.encodedBytes && held.size > 1;
      const heavy = bytesInMemory > limits.bytesInMemory && held.size > limits.bodiesKept;
      if (!large && !heavy) return;
      forget(oldest, body);
    }
  };
  const weigh = (key: string, entry: Held, body: unknown) => {
    if (held.get(key) !== entry) return;
    entry.bytesInMemory = estimateBytes(body);
    bytesInMemory += entry.bytesInMemory;
    keepLimits();
  };
  return {
    get: (key, bytes, load) => {
      const known = held.get(key);
      if (known !== undefined) {
        held.delete(key);
        held.set(key, known);
        return known.body;
      }
      const entry: Held = { body: load(), encodedBytes: bytes, bytesInMemory: 0 };
      held.set(key, entry);
      encodedBytes += bytes;
      keepLimits();
      entry.body.then(
        (body) => weigh(key, entry, body),
        () => {
          if (held.get(key) === entry) forget(key, entry);
        },
      );
      return entry.body;
    },
    get bytesInMemory() {
      return bytesInMemory;
    },
  };
}

/** Of V8 on 64 bits: a header, and a slot for each field or element. */
const headerBytes = 24;
const slotBytes = 8;

/** About what a decoded body takes in memory: strings, arrays and plain objects. */
export function estimateBytes(value: unknown): number {
  if (typeof value === 'string') return headerBytes + value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (ArrayBuffer.isView(value)) return headerBytes + value.byteLength;
  let bytes = headerBytes;
  for (const each of Array.isArray(value) ? value : Object.values(value)) {
    bytes += slotBytes + estimateBytes(each);
  }
  return bytes;
}
