/** Names of thoughts against the code, register words, and the definitions of a file. */
import { describe, expect, test } from 'vitest';
import { topLevelNames } from '../../../services/quality/definitions.ts';
import { createRegister } from '../../../services/quality/register.ts';
import { createSymbols } from '../../../services/quality/symbols.ts';

const file = (path: string, code: string, thoughts: readonly string[]) => ({
  path,
  writes: [{ code, thoughts }],
});

describe('symbols', () => {
  test('a name exists if a file holds it, earlier, later or in an earlier episode', () => {
    const measure = createSymbols();
    const files = [
      file('a.py', 'def known():\n    pass\n', ['`known` and `run_later`.']),
      file('b.py', 'def run_later(x):\n    pass\n', ['`made_up`, `Shown`.']),
    ];
    measure.addDocument(files, ['class Shown: ...']);
    // What one document holds, another does not.
    measure.addDocument([file('c.py', '', ['`known`'])], []);
    const { existing, unknown } = measure.report();
    expect(existing).toEqual({ of: 5, found: 3, share: 3 / 5 });
    expect(unknown).toEqual(['made_up', 'known']);
  });

  test('a definition is announced by a thought about its own file', () => {
    const measure = createSymbols();
    const code =
      'class Store:\n    def get(self):\n        pass\n\n\ndef open_store():\n    pass\n';
    const other = file('z.py', 'x = 1\n', ['`open_store` will use it.']);
    measure.addDocument([file('a.py', code, ['First, `Store` keeps what was found.']), other], []);
    measure.addDocument([file('a.py', code, [])], []);
    // A file without a thought promises nothing.
    expect(measure.report().announced).toEqual({ of: 2, found: 1, share: 1 / 2 });
  });

  test('a part is announced by its own thought or an earlier one, and by no later one', () => {
    const measure = createSymbols();
    const writes = [
      { thoughts: ['`Store` first; `close_store` ends it.'], code: 'class Store:\n    pass\n' },
      { thoughts: ['Now `Store` is opened.'], code: 'def open_store():\n    pass\n' },
      { thoughts: ['`open_store` stands.'], code: 'def close_store():\n    pass\n' },
    ];
    measure.addDocument([{ path: 'a.py', writes }], []);
    expect(measure.report().announced).toEqual({ of: 3, found: 2, share: 2 / 3 });
  });

  test('thoughts without names give no share, and the list of unknown ones is short', () => {
    expect(createSymbols().report().existing).toEqual({ of: 0, found: 0, share: 0 });
    const measure = createSymbols();
    const names = Array.from({ length: 99 }, (_, at) => `\`no_such_${at}\``).join(' ');
    measure.addDocument([file('a', '', [names])], []);
    expect(measure.report().unknown).toHaveLength(20);
  });
});

describe('definitions', () => {
  test.each([
    ['a.py', 'async def go():\n  def no(): ...\nclass A(B):\n', ['go', 'A']],
    ['b.py', 'def go():\n    def inner(): ...\n\n\nclass A:\n    def m(self): ...\n', ['go', 'A']],
    ['a.ts', 'export default async function* run() {}\nexport const enum E {}\n', ['run', 'E']],
    ['b.ts', 'export abstract class C {}\nconst $x = 1;\n  function no() {}\n', ['C', '$x']],
    ['a.go', 'func (r *T) Name() {}\nfunc Free() {}\ntype T struct {}\n', ['Name', 'Free', 'T']],
    ['a.rs', 'pub(crate) const fn f() {}\nmacro_rules! m {}\npub struct S;\n', ['f', 'm', 'S']],
    ['A.java', 'public final class A {\n}\npublic @interface X {}\n', ['A', 'X']],
    ['a.h', '#define MAX 3\n#  define MIN 1\nstruct s { int a; };\n', ['MAX', 'MIN', 's']],
    ['a.md', 'class of things\n', []],
    ['unknown', 'class A\n', []],
  ])('%s: the names at the start of a line', (path, code, names) => {
    expect(topLevelNames(path, code)).toEqual(names);
  });

  test('words that open definitions, by the thousand, are read in time', () => {
    const hostile = `${'static const '.repeat(100_000)}\n${'class\n'.repeat(100_000)}`;
    for (const path of ['a.rs', 'a.ts', 'a.cs']) topLevelNames(path, hostile);
    expect(topLevelNames('a.rs', `${hostile}fn last() {}`)).toContain('last');
  });
});

describe('register', () => {
  test('counts words per 10,000, in any case, and no parts of words', () => {
    const measure = createRegister();
    measure.addThought('Wait, however: wait.');
    measure.addThought('The waiter shows it.');
    const { words, per10k } = measure.report();
    expect(words).toBe(7);
    expect(per10k.wait).toBeCloseTo((2 / 7) * 10_000);
    expect(per10k.however).toBeCloseTo((1 / 7) * 10_000);
    expect(per10k.okay).toBe(0);
  });
});
