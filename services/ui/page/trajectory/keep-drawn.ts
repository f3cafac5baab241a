/**
 * Blocks that were drawn and would be drawn the same. A scroll then costs only those that come in
 * view: what is handed over as the same object is not compared. Pure.
 */

export interface KeptDrawn<Block, Node> {
  /** What the block was drawn as, or is drawn as now; `parts` are what it alone is drawn from. */
  node(block: Block, parts: readonly unknown[], draw: (block: Block) => Node): Node;
}

/** A few screens. */
export const drawnMax = 100;

/** Returns what keeps the drawings for inputs of all; it forgets them once one has changed. */
export function keepDrawn<Block, Node>(): (inputs: readonly unknown[]) => KeptDrawn<Block, Node> {
  const kept = new Map<Block, { readonly parts: readonly unknown[]; readonly drawn: Node }>();
  let known: readonly unknown[] = [];
  const node: KeptDrawn<Block, Node>['node'] = (block, parts, draw) => {
    const before = kept.get(block);
    if (before !== undefined && areSame(before.parts, parts)) return before.drawn;
    const drawn = draw(block);
    if (before === undefined && kept.size >= drawnMax) kept.clear();
    kept.set(block, { parts, drawn });
    return drawn;
  };
  return (inputs) => {
    if (!areSame(inputs, known)) kept.clear();
    known = inputs;
    return { node };
  };
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((each, place) => each === others[place]);
}
