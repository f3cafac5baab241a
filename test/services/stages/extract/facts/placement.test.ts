/** Where files belong when no dependency decides. */
import { describe, expect, it } from 'vitest';
import {
  isTest,
  phase,
  phaseOf,
  testedStem,
} from '../../../../../services/stages/extract/facts/placement.ts';

describe('phaseOf', () => {
  it.each<[string, boolean, keyof typeof phase]>([
    ['package.json', false, 'foundation'],
    ['packages/a/tsconfig.build.json', false, 'foundation'],
    ['LICENSE', false, 'foundation'],
    ['setup.py', true, 'foundation'],
    ['vite.config.ts', true, 'foundation'],
    ['src/templates/page.html', false, 'data'],
    ['src/main.py', true, 'source'],
    ['src/history.ts', true, 'source'],
    ['src/doc/render.rs', true, 'source'],
    ['tests/fixtures/a.json', false, 'testData'],
    ['src/app.test.ts', true, 'test'],
    ['src/test/java/FooTest.java', true, 'test'],
    ['src/Latest.java', true, 'source'],
    ['examples/hello.py', true, 'example'],
    ['.github/workflows/ci.yml', false, 'operations'],
    ['Dockerfile', false, 'operations'],
    ['README.md', false, 'documentation'],
    ['docs/conf.py', true, 'documentation'],
    ['notes.txt', false, 'documentation'],
  ])('%s', (path, isCode, expected) => {
    expect(phaseOf(path, isCode)).toBe(phase[expected]);
  });
});

describe('tests', () => {
  it.each([
    ['tests/test_app.py', 'app'],
    ['pkg/tree_test.go', 'tree'],
    ['src/a/view.spec.tsx', 'view'],
    ['src/test/java/GsonTest.java', 'Gson'],
    ['src/app.py', null],
  ])('%s tests %s', (path, stem) => {
    expect(testedStem(path)).toBe(stem);
    expect(isTest(path)).toBe(stem !== null);
  });
});
