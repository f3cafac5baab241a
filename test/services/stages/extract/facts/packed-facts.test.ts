/** Facts as bytes: what comes out is what went in, whatever it is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Facts } from '../../../../../services/stages/extract/facts/facts.ts';
import {
  openUnpacker,
  packOutcome,
  unpackDefinitions,
} from '../../../../../services/stages/extract/facts/packed-facts.ts';

// Half a character too, as source text may hold.
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constant('a\ud800'));
const line = fc.nat({ max: 1e6 });
const orNull = (value: fc.Arbitrary<string>) => fc.option(value, { nil: null });

const facts: fc.Arbitrary<Facts> = fc.record({
  symbols: fc.array(
    fc.record({
      name: text,
      kind: fc.constantFrom('function', 'class', 'method'),
      signature: text,
      startLine: line,
      endLine: line,
      parent: orNull(text),
      doc: orNull(text),
      exported: fc.boolean(),
    }),
  ),
  imports: fc.array(
    fc.record({
      specifier: text,
      style: text,
      bindings: fc.array(fc.record({ name: text, local: text }), { maxLength: 3 }),
      star: fc.boolean(),
      softness: fc.nat({ max: 6 }),
      kind: fc.constantFrom('import' as const, 're-export' as const, 'include' as const),
      detail: text,
    }),
  ),
  scope: orNull(text),
  uses: fc.array(text),
  members: fc.array(fc.tuple(text, fc.array(text))).map((entries) => new Map(entries)),
  aliases: fc.array(fc.tuple(text, text)).map((entries) => new Map(entries)),
  errorRatio: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs),
});

it('facts come back from their bytes, asked for once or twice', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const packed = packOutcome({ parser: 'tree-sitter', facts: given, shortfall: null });
      const unpacked = openUnpacker()(packed);
      expect(unpacked).toEqual(given);
      expect(unpacked.symbols).toEqual(given.symbols);
      expect(unpackDefinitions(packed.definitions)).toEqual(given.symbols);
    }),
  );
});
