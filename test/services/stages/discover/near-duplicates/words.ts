/** Texts of numbered words, so that a test knows how similar two of them are. */

/** The words of these numbers, each in a line of its own. */
export function wordsOf(numbers: Iterable<number>): string {
  return [...numbers].map((number) => `call_${(number * 2_654_435_761) % 999_983}(x);`).join('\n');
}

export function* range(start: number, end: number): Generator<number> {
  for (let number = start; number < end; number++) yield number;
}
