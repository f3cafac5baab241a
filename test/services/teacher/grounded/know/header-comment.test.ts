/** The comment at the head of a file is found in every language with such comments. */
import { describe, expect, test } from 'vitest';
import { parsedRows } from '../../../../../schemas/languages/languages.ts';
import { headerComment } from '../../../../../services/teacher/grounded/know/header-comment.ts';

const slashed = parsedRows
  .filter(({ comments }) => comments.block.some(([open]) => open === '/*'))
  .map(({ name }) => name);

describe('the comment at the head of a file', () => {
  test.each(slashed)('is found in %s', (language) => {
    const start = language === 'php' ? '<?php\n' : '';
    const code = `${start}/**\n * @file Reads lists of names.\n */\nx\n`;
    expect(headerComment(code, language)).toBe('Reads lists of names.');
  });

  test('is the docstring of Python', () => {
    expect(headerComment('"""Reads lists of names."""\n', 'python')).toBe('Reads lists of names.');
  });

  test.each(['bash', 'ruby', 'notebook', 'json', 'text', 'unheard-of'])(
    'is not looked for in %s',
    (name) => {
      expect(headerComment('/** @file Reads lists of names. */\n', name)).toBeNull();
    },
  );

  test.each(['scala', 'csharp', 'php', 'kotlin'])(
    'is a comment on its definition in %s',
    (name) => {
      expect(headerComment('class A {}\n/** @file no */\nclass B {}\n', name)).toBeNull();
    },
  );
});
