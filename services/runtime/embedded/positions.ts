/**
 * A set of positions in the input. Repositories end nearly in the order of the input, so the set
 * stores only the first missing position and the present positions above it.
 */
export class Positions {
  #next = 0;
  readonly #above = new Set<number>();

  get size(): number {
    return this.#next + this.#above.size;
  }

  has(position: number): boolean {
    return (position >= 0 && position < this.#next) || this.#above.has(position);
  }

  add(position: number): void {
    if (this.has(position)) return;
    this.#above.add(position);
    while (this.#above.delete(this.#next)) this.#next += 1;
  }
}
