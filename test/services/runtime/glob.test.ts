/** Wildcards of build files and workspaces, and patterns that want to be matched forever. */
import { describe, expect, it } from 'vitest';
import { choicesOf, openGlob } from '../../../services/runtime/glob.ts';

describe('a pattern', () => {
  it.each<[pattern: string, path: string, matches: boolean]>([
    ['packages/*', 'packages/a', true],
    ['packages/*', 'packages/a/b', false],
    ['packages/**', 'packages/a/b', true],
    ['packages/**/x', 'packages/x', true],
    ['packages/**/x', 'packages/a/b/x', true],
    ['packages/**/x', 'packages/ax', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['a.c', 'abc', false],
    ['*.c', '.c', true],
    ['', '', true],
    ['(a|b)+', '(a|b)+', true],
  ])('%s and the path %s: %s', (pattern, path, matches) => {
    expect(openGlob(pattern)(path)).toBe(matches);
  });

  it('with many stars ends on a path that nearly matches', () => {
    expect(openGlob(`${'*a'.repeat(500)}b`)('a'.repeat(4000))).toBe(false);
    expect(openGlob(`${'**/a'.repeat(500)}b`)('a/'.repeat(2000))).toBe(false);
  });

  it('stands for its choices in braces', () => {
    expect(choicesOf('{a,b}/c{,d}')).toEqual(['a/c', 'a/cd', 'b/c', 'b/cd']);
  });

  it('stands for nothing if it has too many choices', () => {
    expect(choicesOf('{a,b}'.repeat(30))).toEqual([]);
  });
});
