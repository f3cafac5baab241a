/**
 * A sum of floating-point numbers that does not depend on their order, so that a summary needs
 * neither all of them at once nor a sorted log. It keeps what rounding would lose as further,
 * smaller terms (Shewchuk's expansions, as Python's `fsum`). Pure.
 */

export interface ExactSum {
  add(term: number): void;
  value(): number;
}

export function openExactSum(): ExactSum {
  /** Terms that do not overlap, smallest first: their exact sum is the sum. */
  let terms: number[] = [];
  return {
    add: (term) => {
      const grown: number[] = [];
      let carried = term;
      for (const each of terms) {
        const [large, small] =
          Math.abs(carried) < Math.abs(each) ? [each, carried] : [carried, each];
        const sum = large + small;
        const lost = small - (sum - large);
        if (lost !== 0) grown.push(lost);
        carried = sum;
      }
      terms = [...grown, carried];
    },
    value: () => rounded(terms),
  };
}

/** The number next to the exact sum of the terms. */
function rounded(terms: readonly number[]): number {
  let at = terms.length - 1;
  let sum = terms[at] ?? 0;
  let lost = 0;
  while (at > 0 && lost === 0) {
    at -= 1;
    const term = terms[at] ?? 0;
    const next = sum + term;
    lost = term - (next - sum);
    sum = next;
  }
  // Exactly between two numbers: the terms that follow decide which one is nearer.
  const twice = lost * 2;
  const pulled = lost !== 0 && Math.sign(lost) === Math.sign(terms[at - 1] ?? 0);
  return pulled && sum + twice - sum === twice ? sum + twice : sum;
}
