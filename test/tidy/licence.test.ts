/**
 * No file of this repository reads as under another licence than the repository's own: what the
 * gates say of words about licences must not be said of these, too.
 */
import { expect, test } from 'vitest';
import { readHeader } from '../../services/stages/admit/licence/header.ts';
import {
  findAll,
  isMarkdown,
  isPython,
  isTypeScript,
  readFiles,
  type SourceFile,
} from './rules/source-files.ts';

const isText = (path: string) => isTypeScript(path) || isPython(path) || isMarkdown(path);

function stated(file: SourceFile): string[] {
  const read = readHeader(file);
  return read === null ? [] : [JSON.stringify(read)];
}

test('no file states a licence of its own', () => {
  expect(findAll(readFiles(isText), stated)).toEqual([]);
  expect(stated({ path: 'a.ts', text: '/** Released under the GPL. */\n' })).toHaveLength(1);
});
