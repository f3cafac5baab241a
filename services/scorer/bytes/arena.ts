/**
 * One buffer that holds every number of a model, cut into typed arrays. What a model learns lies at
 * its beginning, so one copy of that part saves a model and one copy restores it, bit for bit.
 */

interface Piece {
  readonly name: string;
  readonly bytes: number;
}

/** Of two numbers, which the kernel reads at once. */
const alignment = 16;

/** Where each piece lies, one after the other. */
export interface Layout {
  readonly bytes: number;
  offsetOf(name: string): number;
}

export function layOut(pieces: readonly Piece[]): Layout {
  const offsets = new Map<string, number>();
  let end = 0;
  for (const piece of pieces) {
    offsets.set(piece.name, end);
    end += Math.ceil(piece.bytes / alignment) * alignment;
  }
  const offsetOf = (name: string) => {
    const offset = offsets.get(name);
    if (offset === undefined) throw new Error(`the arena has no piece ${name}`);
    return offset;
  };
  return { bytes: end, offsetOf };
}

export class Arena {
  readonly #buffer: ArrayBuffer;
  readonly #layout: Layout;

  constructor(layout: Layout, buffer = new ArrayBuffer(layout.bytes)) {
    this.#layout = layout;
    this.#buffer = buffer;
  }

  uint8(name: string, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#layout.offsetOf(name), length);
  }

  uint16(name: string, length: number): Uint16Array {
    return new Uint16Array(this.#buffer, this.#layout.offsetOf(name), length);
  }

  int32(name: string, length: number): Int32Array {
    return new Int32Array(this.#buffer, this.#layout.offsetOf(name), length);
  }

  float64(name: string, length: number): Float64Array {
    return new Float64Array(this.#buffer, this.#layout.offsetOf(name), length);
  }
}
