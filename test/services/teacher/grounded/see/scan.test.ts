/** Masks of comments and strings, by the marks in the table of languages. */
import { describe, expect, test } from 'vitest';
import { languageRows } from '../../../../../schemas/languages/languages.ts';
import { maskText, stringFiller } from '../../../../../services/teacher/grounded/see/scan.ts';

/** The mask with one visible sign per character inside a string. */
function mask(language: string, text: string): string {
  return maskText(text, language).replaceAll(stringFiller, '.');
}

const comments = languageRows.flatMap(({ name, comments: { line, block } }) => [
  ...line.map((open): [string, string, string] => [name, open, '']),
  ...block.map(([open, close]): [string, string, string] => [name, open, close]),
]);

describe('masks', () => {
  test.each(comments)('%s: a comment from %s to %s', (language, open, close) => {
    const text = `a\n${open} it ${close}\nb`;
    expect(mask(language, text)).toBe(`a\n${' '.repeat(`${open} it ${close}`.length)}\nb`);
  });

  test.each([
    ['python', "x = 'it # is' # no", "x = '.......'     "],
    ['python', '"""Adds."""\nx = """no"""', '           \nx = "......"'],
    ['javascript', "x = 'a' // 'b'", "x = '.'       "],
    ['javascript', 'x = /["/]/.test(`a\n"`)', 'x = /..../.test(`.\n.`)'],
    ['go', 'x = `\\` + "a"', 'x = `.` + "."'],
    ['java', 'x = """\n"a" // b\n""";', 'x = "..\n........\n..";'],
    ['kotlin', 'x = """\\""" + a', 'x = "....." + a'],
    ['rust', 'x = r#"a"b"# + y', 'x = r#"....# + y'],
    ['c', "x = '\"'; y = 'a\\'", "x = '.'; y = 'a\\'"],
    ['php', '#[A]\n$x = 1; # no', '#[A]\n$x = 1;     '],
    ['csharp', 'x = \'"\' + "a"; // b', 'x = \'.\' + ".";     '],
    ['json', '{"a": "// b"}', '{".": "...."}'],
    ['text', "it's # 1 // 2", "it's # 1 // 2"],
    ['unheard-of', 'x = "a" // b', 'x = "a" // b'],
  ])('%s: %s', (language, text, expected) => {
    expect(mask(language, text)).toBe(expected);
  });
});
