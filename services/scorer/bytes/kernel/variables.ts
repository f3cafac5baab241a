/** What the kernel keeps in variables and where its parts lie in memory. */
import { contextCount } from '../history.ts';
import { inputCount } from '../shape.ts';
import type { Local, Locals } from './assembler.ts';

/** The parts of the memory that the kernel uses. */
export type KernelPart =
  | 'slots'
  | 'maps'
  | 'trust'
  | 'weightsByNode'
  | 'weightsByKnown'
  | 'corrections'
  | 'stretch'
  | 'squash'
  | 'slotRate'
  | 'countRow'
  | 'probabilityPlace'
  | 'records'
  | 'probabilities'
  | 'nothing';
export type Addresses = Readonly<Record<KernelPart, number>>;

/** One context at the present bit. */
export interface Context {
  /** Line of its slots for this half of the byte, and the check bits they must have. */
  readonly base: Local;
  readonly check: Local;
  readonly slot: Local;
  readonly map: Local;
  /** What the map says. */
  readonly trusted: Local;
}

export type Variables = ReturnType<typeof addVariables>;

export function addVariables(locals: Locals) {
  const integer = () => locals.add('i32');
  const float = () => locals.add('f64');
  const contexts = Array.from(
    { length: contextCount },
    (): Context => ({
      ...{ base: integer(), check: integer(), slot: integer(), map: integer() },
      trusted: float(),
    }),
  );
  return {
    // Of the run: the record of the present byte, where records end, where the result goes.
    ...{ record: integer(), end: integer(), out: integer() },
    // Of the byte: the hashes of its half, bits still to come, the same of the matched byte, the
    // length of the match and whether its bits so far were right.
    ...{ hashes: integer(), bits: integer(), matchedBits: integer() },
    ...{ matchLength: integer(), isMatching: integer(), probability: float() },
    // Of the bit: the bits of the byte before it, those of its half, its value, also as a number.
    ...{ node: integer(), line: integer(), bit: integer(), bitNumber: float() },
    // Of the prediction.
    ...{ known: integer(), count: integer(), number: float() },
    ...{ nodeWeights: integer(), knownWeights: integer(), correction: integer() },
    ...{ sum: float(), mixed: float(), one: float(), trust: integer() },
    inputs: Array.from({ length: inputCount / 2 }, () => locals.add('pair')),
    ...{ product: locals.add('pair'), move: locals.add('pair') },
    contexts,
  };
}
