/**
 * An external import beside a file of the repository whose path ends alike gives no edge. The most
 * harmful mistake of import graphs is an edge that nobody wrote.
 */
import { describe, expect, it } from 'vitest';
import { type Decoy, decoys } from './decoys.ts';
import { structureOf } from './structure-of.ts';

describe('decoys', () => {
  it.each(
    Object.entries(decoys).flatMap(([language, list]) =>
      list.map((decoy): [string, Decoy] => [language, decoy]),
    ),
  )('%s', async (language, { files, externals }) => {
    const { edges, files: structures } = await structureOf(files);
    const main = structures.find(({ externals: found }) => found.length > 0);
    expect(main?.language).toBe(language);
    expect(main?.externals).toEqual(externals);
    expect(edges.filter(({ from }) => from === main?.path)).toEqual([]);
  });
});
