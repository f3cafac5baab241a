/** The table of languages: no two rows claim the same file, and a path finds its row. */
import { describe, expect, test } from 'vitest';
import {
  anyMark,
  languageRows,
  parsedRow,
  parsedRows,
  rowNamed,
  rowOfInterpreter,
  rowOfPath,
} from '../../schemas/languages/languages.ts';

describe('the table of languages', () => {
  test.each([
    ['names', languageRows.map(({ name }) => name)],
    ['titles', languageRows.map(({ title }) => title)],
    ['endings', languageRows.flatMap(({ extensions }) => extensions)],
    ['file names', languageRows.flatMap(({ fileNames }) => fileNames)],
    ['interpreters', languageRows.flatMap(({ interpreters }) => interpreters)],
  ])('no two rows share %s', (_, all) => {
    expect(all).toEqual([...new Set(all)]);
  });

  test.each(languageRows)('$name is found by each of its names and endings', (row) => {
    expect(rowNamed(row.name)).toBe(row);
    expect(row.name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    for (const extension of row.extensions) {
      expect(extension).toMatch(/^\.[a-z0-9+]+$/);
      expect(rowOfPath(`a/b.c${extension}`)).toBe(row);
      expect(rowOfPath(`A${extension.toUpperCase()}`)).toBe(row);
    }
    for (const name of row.fileNames) {
      expect(name).toBe(name.toLowerCase());
      expect(rowOfPath(`a/${name}`)).toBe(row);
    }
    for (const program of row.interpreters) expect(rowOfInterpreter(program)).toBe(row);
  });

  test('a mark opens only one thing in a language: a comment or a string', () => {
    for (const { name, comments, strings } of languageRows) {
      const blocks = comments.block.map(([open]) => open);
      const marks = [...comments.line, ...blocks, ...comments.except, ...Object.keys(strings)];
      expect(marks, name).toEqual([...new Set(marks)]);
    }
  });

  test('a word that opens definitions defines the same kind of symbol in all languages', () => {
    const kinds = new Map<string, string>();
    for (const [word, kind] of parsedRows.flatMap(({ definers }) => Object.entries(definers))) {
      expect(kinds.get(word) ?? kind, word).toBe(kind);
      kinds.set(word, kind);
    }
    expect(kinds.get('def')).toBe('function');
  });

  test.each([
    ['a/b/Main.KT', 'kotlin'],
    ['Makefile', 'makefile'],
    ['CMakeLists.txt', 'cmake'],
    ['notes.txt', 'text'],
    ['.profile', 'bash'],
    ['include/list.h', 'c'],
    ['.h', undefined],
    ['bin/run', undefined],
    ['a.b/c', undefined],
    ['', undefined],
  ])('%s is %s', (path, name) => {
    expect(rowOfPath(path)?.name).toBe(name);
  });

  test('a parsed row is found by its name', () => {
    for (const row of parsedRows) expect(parsedRow(row.name)).toBe(row);
  });

  test('matches the longest of several marks that begin alike', () => {
    const marks = new RegExp(anyMark(['"', '"""', '/', '/*', '#[']), 'y');
    for (const mark of ['"""', '/*', '#[']) {
      marks.lastIndex = 0;
      expect(marks.exec(`${mark}x`)?.[0]).toBe(mark);
    }
  });
});
