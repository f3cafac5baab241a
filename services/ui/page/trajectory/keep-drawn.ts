/**
 * Blocks that were drawn and would be drawn the same. A scroll then costs only those that come in
 * view: what is handed over as the same object is not compared. Pure.
 */

export interface KeptDrawn<Block, Node> {
  /** What the block was drawn as, or is drawn as now. */
  node(block: Block, draw: (block: Block) => Node): Node;
}

/** A few screens. */
export const drawnMax = 100;

/** Returns what keeps the drawings for these inputs; it forgets them all once one has changed. */
export function keepDrawn<Block, Node>(): (inputs: readonly unknown[]) => KeptDrawn<Block, Node> {
  const kept = new Map<Block, Node>();
  let known: readonly unknown[] = [];
  const node = (block: Block, draw: (block: Block) => Node): Node => {
    const made = kept.get(block) ?? draw(block);
    if (!kept.has(block) && kept.size >= drawnMax) kept.clear();
    kept.set(block, made);
    return made;
  };
  return (inputs) => {
    const isSame =
      inputs.length === known.length && inputs.every((input, place) => input === known[place]);
    if (!isSame) kept.clear();
    known = inputs;
    return { node };
  };
}
