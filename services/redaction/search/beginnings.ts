/**
 * How the matches of a pattern may begin: every value that a key of their first three characters
 * can have, from the syntax tree of the pattern. What it says may be too much, never too little:
 * what a pattern only looks at, before or behind a match, does not narrow it. Pure.
 */
import { type AST, RegExpParser } from '@eslint-community/regexpp';

/**
 * A key is a number: the lowest bits of the code of each character, a UTF-16 unit. Characters that
 * share them share keys.
 */
export const symbolBits = 7;
export const symbolMask = 2 ** symbolBits - 1;
/** Characters in a key. */
export const keyLength = 3;
export const keyCount = 2 ** (symbolBits * keyLength);

/** A beginning of at most `keyLength` characters. */
interface Beginning {
  readonly key: number;
  readonly length: number;
}

type Beginnings = readonly Beginning[];

/**
 * The keys of all beginnings of the pattern. Throws if a match may be empty, or if the pattern is
 * about code points instead of UTF-16 units.
 */
export function keysOf(pattern: RegExp): ReadonlySet<number> {
  if (/[uv]/.test(pattern.flags) || new RegExp(pattern.source).exec('')?.[0] === '') {
    throw new Error(
      `${pattern} is about code points, or may match nothing: it is not searched for`,
    );
  }
  const tree = new RegExpParser().parsePattern(pattern.source);
  const reader = new Reader(pattern.flags.replace(/[gyd]/g, ''));
  let beginnings = reader.ofAlternatives([{ key: 0, length: 0 }], tree.alternatives);
  // Behind a short match anything may stand.
  for (let more = 0; more < keyLength; more += 1) beginnings = extend(beginnings, allSymbols);
  return new Set(beginnings.map(({ key }) => key));
}

const allSymbols: readonly number[] = Array.from({ length: symbolMask + 1 }, (_, at) => at);

function extend(beginnings: Beginnings, symbols: readonly number[]): Beginnings {
  return unique(
    beginnings.flatMap((beginning) =>
      isComplete(beginning)
        ? [beginning]
        : symbols.map((symbol) => ({
            key: (beginning.key << symbolBits) | symbol,
            length: beginning.length + 1,
          })),
    ),
  );
}

function isComplete({ length }: Beginning): boolean {
  return length === keyLength;
}

function unique(beginnings: Beginnings): Beginnings {
  const seen = new Map(beginnings.map((it) => [it.key * (keyLength + 1) + it.length, it]));
  return seen.size === beginnings.length ? beginnings : [...seen.values()];
}

/** Follows a syntax tree until every beginning is complete. */
class Reader {
  readonly #flags: string;

  constructor(flags: string) {
    this.#flags = flags;
  }

  ofAlternatives(before: Beginnings, alternatives: readonly AST.Alternative[]): Beginnings {
    return unique(
      alternatives.flatMap(({ elements }) =>
        elements.reduce<Beginnings>(
          (so, element) => (so.every(isComplete) ? so : this.#ofElement(so, element)),
          before,
        ),
      ),
    );
  }

  /** What is not understood, such as a backward reference, may be anything. */
  #ofElement(before: Beginnings, element: AST.Element): Beginnings {
    switch (element.type) {
      case 'Assertion':
        return before;
      case 'Group':
        // Within it, other flags may hold.
        if (element.modifiers !== null) break;
        return this.ofAlternatives(before, element.alternatives);
      case 'CapturingGroup':
        return this.ofAlternatives(before, element.alternatives);
      case 'Quantifier':
        return this.#ofQuantifier(before, element);
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
        return extend(before, this.#symbols(element.raw));
      default:
        break;
    }
    return this.#repeated(before, 0, keyLength, (so) => extend(so, allSymbols));
  }

  #ofQuantifier(before: Beginnings, { min, max, element }: AST.Quantifier): Beginnings {
    return this.#repeated(before, min, max, (so) => this.#ofElement(so, element));
  }

  /** More than `keyLength` times says no more, whether one time may be empty or not. */
  #repeated(
    before: Beginnings,
    min: number,
    max: number,
    once: (so: Beginnings) => Beginnings,
  ): Beginnings {
    const all: Beginning[] = min === 0 ? [...before] : [];
    let so = before;
    for (let times = 1; times <= Math.min(max, keyLength); times += 1) {
      so = once(so);
      if (times >= Math.min(min, keyLength)) all.push(...so);
    }
    return unique(all);
  }

  /** The symbols of what one character, set or class of the pattern matches. */
  #symbols(raw: string): readonly number[] {
    const known = `${this.#flags}/${raw}`;
    let symbols = symbolsOf.get(known);
    if (symbols === undefined) {
      const matched = allUnits().match(new RegExp(raw, `g${this.#flags}`)) ?? [];
      symbols = [...new Set(matched.map((unit) => unit.charCodeAt(0) & symbolMask))];
      symbolsOf.set(known, symbols);
    }
    return symbols;
  }
}

/** What was found for the parts of all patterns: most of them stand in many. */
const symbolsOf = new Map<string, readonly number[]>();

let units: string | null = null;

/** Every UTF-16 unit once. Made when it is first needed: most commands search for nothing. */
function allUnits(): string {
  units ??= Array.from({ length: 0x1_0000 }, (_, at) => String.fromCharCode(at)).join('');
  return units;
}
