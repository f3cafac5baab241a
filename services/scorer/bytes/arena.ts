/**
 * One buffer that holds every number a model learns, cut into typed arrays. Because all state is in
 * it, one copy saves a model and one copy restores it, bit for bit.
 */

interface Piece {
  readonly name: string;
  readonly bytes: number;
}

const alignment = 8;

export class Arena {
  readonly bytes: Uint8Array;
  readonly #offsets = new Map<string, number>();

  constructor(pieces: readonly Piece[]) {
    let end = 0;
    for (const piece of pieces) {
      this.#offsets.set(piece.name, end);
      end += Math.ceil(piece.bytes / alignment) * alignment;
    }
    this.bytes = new Uint8Array(end);
  }

  uint8(name: string, length: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, this.#offset(name), length);
  }

  int32(name: string, length: number): Int32Array {
    return new Int32Array(this.bytes.buffer, this.#offset(name), length);
  }

  float64(name: string, length: number): Float64Array {
    return new Float64Array(this.bytes.buffer, this.#offset(name), length);
  }

  #offset(name: string): number {
    const offset = this.#offsets.get(name);
    if (offset === undefined) throw new Error(`the arena has no piece ${name}`);
    return offset;
  }
}
