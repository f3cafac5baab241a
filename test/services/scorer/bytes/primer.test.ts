/** The primer has the same format as the texts that the model judges. */
import { describe, expect, test } from 'vitest';
import {
  parseTrajectory,
  renderHeader,
  renderTrajectory,
  type TextSegment,
  usualFence,
} from '../../../../schemas/trajectory-text.ts';
import { primer } from '../../../../services/scorer/bytes/primer.ts';

const opening = renderHeader(usualFence, { kind: 'backstory', path: 'primer', lines: null });

describe('the primer', () => {
  const segments = parseTrajectory(opening + primer);

  test('equals the rendering of its segments', () => {
    const rendered = renderTrajectory(segments).map(({ text }) => text);
    expect(rendered.join('')).toBe(opening + primer);
  });

  test('has segments in the order of a trajectory, with a body exactly where the kind has one', () => {
    const kinds = segments.map((segment) => segment.kind).join(' ');
    expect(kinds).toMatch(/^backstory requirements( file( think)? write)+$/);
    const empty = (kind: TextSegment['kind']) =>
      segments.filter((segment) => segment.kind === kind && segment.body === '');
    for (const kind of ['requirements', 'think', 'write'] as const) expect(empty(kind)).toEqual([]);
  });

  test('writes each file that it begins', () => {
    const pathsOf = (kind: TextSegment['kind']) =>
      segments.filter((segment) => segment.kind === kind).map(({ path }) => path);
    expect(pathsOf('write')).toEqual(pathsOf('file'));
    expect(pathsOf('write').length).toBeGreaterThan(4);
  });
});
