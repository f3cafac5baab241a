/** Joins sentences into a text without repetition and without copying long or many code runs. */
import { type CodeRuns, copiesCode, copiesMuch, sharedRuns } from './overlap.ts';

export function joinParagraphs(paragraphs: readonly (readonly string[])[], runs: CodeRuns): string {
  const told = new Set<string>();
  let kept = paragraphs.map((sentences) =>
    sentences.filter((one) => {
      if (one === '' || told.has(one) || copiesCode(one, runs)) return false;
      told.add(one);
      return true;
    }),
  );
  // A short file is soon copied as a whole, so sentences that share most are dropped first.
  while (copiesMuch(kept.flat().join(' '), runs)) {
    const worst = kept
      .flat()
      .reduce((a, b) => (sharedRuns(b, runs) > sharedRuns(a, runs) ? b : a), '');
    if (worst === '') break;
    kept = kept.map((sentences) => sentences.filter((one) => one !== worst));
  }
  return kept
    .filter((sentences) => sentences.length > 0)
    .map((sentences) => sentences.join(' '))
    .join('\n\n');
}
