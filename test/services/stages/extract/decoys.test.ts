/**
 * An external import beside a file of the repository whose path ends alike gives no edge. The most
 * harmful mistake of import graphs is an edge that nobody wrote.
 */
import { describe, it } from 'vitest';
import { type Decoy, decoys, expectDecoyed } from './decoys.ts';

describe('decoys', () => {
  it.each(
    Object.entries(decoys).flatMap(([language, list]) =>
      list.map((decoy): [string, Decoy] => [language, decoy]),
    ),
  )('%s', expectDecoyed);
});
