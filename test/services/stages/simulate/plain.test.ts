/** The rule that says which files earn no thought: true for those of real projects, no wider. */
import { describe, expect, it } from 'vitest';
import { rowOfPath } from '../../../../schemas/languages/languages.ts';
import { simulateKnobs } from '../../../../services/stages/simulate/config.ts';
import { type PlainKind, plainKindOf } from '../../../../services/stages/simulate/plain.ts';

const knobs = simulateKnobs.parse({});

function kindOf(path: string, code = 'some text\n', limits = knobs): PlainKind | null {
  const language = rowOfPath(path)?.name ?? 'text';
  return plainKindOf({ path, language, symbols: [] }, code, limits);
}

describe('the rule for files that earn no thought', () => {
  it.each<[PlainKind, string[]]>([
    [
      'licence',
      [
        'LICENSE',
        'licence.md',
        'LICENSE-MIT',
        'LICENSE.APACHE-2.0',
        'MIT-LICENSE.txt',
        'UNLICENSE',
        'COPYING.LESSER',
        'COPYING3',
        'lib/NOTICE',
        'ThirdPartyNotices.txt',
        'LICENSES/Apache-2.0.txt',
        'LICENSE-3rdparty.txt',
      ],
    ],
    ['ignore', ['.gitignore', 'web/.dockerignore', '.prettierignore', '.npmignore']],
    [
      'notes',
      [
        'CHANGELOG.md',
        'CHANGES',
        'HISTORY.rst',
        'docs/release-notes.md',
        'CHANGELOG-1.x.md',
        'releasenotes/notes/retry-error-3f1d.yaml',
        '.changeset/brave-cats-sing.md',
        'changelog.d/121.bugfix.rst',
        'newsfragments/42.feature',
        'news/42.bugfix.rst',
      ],
    ],
    [
      'settings',
      [
        'tox.ini',
        'renovate.json',
        '.nvmrc',
        '.editorconfig',
        '.github/dependabot.yml',
        'requirements-dev.txt',
        'requirements/typing.in',
        'VERSION',
        'tests/data/names.txt',
        'MANIFEST.in',
        'docs/.readthedocs.yaml',
      ],
    ],
  ])('knows each name of the kind %s', (kind, paths) => {
    expect(paths.filter((path) => kindOf(path) !== kind)).toEqual([]);
  });

  it.each([
    ['code with the name of a licence or of notes', 'src/license.ts'],
    ['', 'history.js'],
    ['', 'changes.py'],
    ['', 'news/view.go'],
    ['', '.eslintrc.js'],
    ['prose about such things', 'docs/license-checker.md'],
    ['', 'docs/licensing.md'],
    ['', 'news/2024-01-new-office.md'],
    ['', 'README.md'],
    ['', 'README'],
    ['', 'readme.txt'],
    ['', 'docs/notes.md'],
    ['a build file', 'Makefile'],
    ['', 'Dockerfile'],
  ])('leaves its thought to %s: %s', (_what, path) => {
    expect(kindOf(path)).toBeNull();
  });

  it('leaves its thought to a template of ignore files', () => {
    expect(kindOf('Python.gitignore', '*.pyc\n'.repeat(50))).toBeNull();
  });

  it('counts lines of settings, and is not deceived by one long line', () => {
    const lines = (count: number) => 'key: value\n'.repeat(count);
    expect(kindOf('a.yaml', lines(knobs.settingsLinesMax))).toBe('settings');
    expect(kindOf('a.yaml', lines(knobs.settingsLinesMax + 1))).toBeNull();
    expect(kindOf('a.json', `{"text":"${'x'.repeat(10_000)}"}`)).toBeNull();
    expect(kindOf('a.yaml', lines(1), { ...knobs, settingsLinesMax: 0 })).toBeNull();
  });

  it('holds for a file of white space in any language', () => {
    for (const path of ['pkg/__init__.py', 'py.typed', 'assets/.gitkeep', 'a.ts']) {
      expect(kindOf(path, ''), path).toBe('empty');
      expect(kindOf(path, ' \r\n\n'), path).toBe('empty');
    }
  });

  it('holds only for the kinds that the knob names', () => {
    const limits = { ...knobs, plainFiles: ['licence'] as const };
    expect(plainKindOf({ path: 'LICENSE', language: 'text', symbols: [] }, 'x', limits)).toBe(
      'licence',
    );
    expect(plainKindOf({ path: '.gitignore', language: 'text', symbols: [] }, 'x', limits)).toBe(
      null,
    );
  });

  it('takes hostile names in time that grows with their length', () => {
    const long = ['license', '-mit', '1.', '1', '.', '-1'].map((part) => part.repeat(20_000));
    const names = long.flatMap((tail) => [`license${tail}!`, `copying${tail}!`, `changes${tail}!`]);
    const text = 'some text\n'.repeat(50);
    for (const name of names) expect(kindOf(name, text)).toBeNull();
  });
});
