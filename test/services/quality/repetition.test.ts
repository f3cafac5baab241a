/** Right values by hand: 14 words hold two runs of 13. */
import { expect, test } from 'vitest';
import { createRepetition } from '../../../services/quality/repetition.ts';

const letters = 'a b c d e f g h i j k l m n';

test('a run that was said before in the document is repeated', () => {
  const measure = createRepetition();
  measure.addDocument([letters, letters.toUpperCase()], []);
  measure.addDocument([letters], []);
  // Six runs; those of the second thought repeat the first, the other document's do not.
  const { runs, selfRepetition, sourceOverlap, sampledDocuments } = measure.report();
  expect([runs, selfRepetition.share]).toEqual([6, 2 / 6]);
  expect([sourceOverlap.share, sampledDocuments]).toEqual([0, 0]);
});

test('a run that stands in a file is an overlap, however the file sets it', () => {
  const measure = createRepetition();
  const source = 'before(a, b.c);\n  d = e[f] + g; // h i\nj k l m; other';
  measure.addDocument([letters, letters, 'quite another text'], ['nothing', source, source]);
  // Of four runs, `a` to `m` stands in the source and was said twice; `b` to `n` does not.
  expect(measure.report()).toMatchObject({ runs: 4, sourceOverlap: { share: 2 / 4 } });
});

test('no run reaches from one thought into the next', () => {
  const measure = createRepetition();
  measure.addDocument(['a b c d e f g', 'h i j k l m n'], [letters]);
  expect(measure.report()).toMatchObject({ runs: 0, sourceOverlap: { share: 0 } });
});

test('a long document is estimated and counted as such', () => {
  const measure = createRepetition(200);
  const long = Array.from({ length: 5_012 }, (_, at) => `w${at}`).join(' ');
  measure.addDocument([long, long], [long]);
  const { runs, selfRepetition, sourceOverlap, sampledDocuments } = measure.report();
  expect(Math.abs(runs / 10_000 - 1)).toBeLessThan(0.3);
  expect([selfRepetition.share, sourceOverlap.share, sampledDocuments]).toEqual([0.5, 1, 1]);
});

test('the references are those of the paper', () => {
  const { selfRepetition, sourceOverlap } = createRepetition().report();
  expect([selfRepetition.reference, sourceOverlap.reference]).toEqual([0.00203, 0.00051]);
});
