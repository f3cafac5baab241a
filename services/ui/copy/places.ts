/**
 * Where the answers of the server lie in a copy that needs none. Names are made of numbers alone,
 * because ids and paths come from the output. The writer and the page of the copy share them. Pure.
 */

/** What each trajectory has besides its facts: where the pieces of its texts begin. */
export interface CopiedPieces {
  /** First segment of each piece of texts, and of its tokens. */
  readonly texts: readonly number[];
  /** The files whose rewrites lie in each piece. */
  readonly rewrites: readonly (readonly string[])[];
}

/** Characters of a long line in one file. */
export const lineCharacters = 100_000;

export const copiedOutputs = 'data/outputs.json';

export function copiedPlace(out: number, name: string): string {
  return `data/${out}/${name}.json`;
}

/** `row` is the place of the sample in the data set. */
export function copiedSample(out: number, row: number, name: string): string {
  return copiedPlace(out, `t/${Math.floor(row / 1_000)}/${row}/${name}`);
}
