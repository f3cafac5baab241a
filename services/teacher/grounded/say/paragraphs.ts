/** Joins sentences to a text: nothing twice, and no copy of the code in long or many runs. */
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
  // A short file is copied soon: what shares most goes first.
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
