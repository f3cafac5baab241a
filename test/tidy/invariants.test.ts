/** Every invariant of the design is named by the title of a test that enforces it. */
import { describe, expect, test } from 'vitest';
import { isPython, isTypeScript, readFiles, type SourceFile } from './rules/source-files.ts';

const invariants = Array.from({ length: 10 }, (_, index) => `I${index + 1}`);

/** Titles of tests and suites; in Python the first line of a test class or method. */
function titlesOf({ path, text }: SourceFile): string[] {
  const pattern = isPython(path)
    ? /^ +"""(.*)/gm
    : /\b(?:describe|it|test)(?:\.\w+(?:\([^)]*\))?)*\(\s*(['"`])(.*?)\1/g;
  return [...text.matchAll(pattern)].map((match) => match[2] ?? match[1] ?? '');
}

function namedBy(titles: readonly string[]): Set<string> {
  return new Set(titles.flatMap((title) => title.match(/\bI(?:10|[1-9])\b/g) ?? []));
}

describe('invariants', () => {
  test('each has a test that names it', () => {
    const isTest = (path: string) => path.endsWith('.test.ts') || /(^|\/)test_\w+\.py$/.test(path);
    const files = readFiles((path) => isTest(path) && (isTypeScript(path) || isPython(path)));
    const named = namedBy(files.flatMap(titlesOf));
    expect(invariants.filter((invariant) => !named.has(invariant))).toEqual([]);
  });

  test('a name outside a title does not count', () => {
    const text = "// I3\nit('I1, I10: holds', () => {});\nexpect('I4');\n";
    expect([...namedBy(titlesOf({ path: 'a.test.ts', text }))]).toEqual(['I1', 'I10']);
    const python = 'class A:\n    """I9: one integer."""\n    # I2\n';
    expect([...namedBy(titlesOf({ path: 'test_a.py', text: python }))]).toEqual(['I9']);
  });
});
