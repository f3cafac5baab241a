/** Build files that want to be read forever: work is bounded, and what is not read is told. */
import { describe, expect, it } from 'vitest';
import type { ParsedFile } from '../../../../../../services/stages/extract/facts/facts.ts';
import { openBudget } from '../../../../../../services/stages/extract/languages/budget.ts';
import { openIncludeResolver } from '../../../../../../services/stages/extract/languages/c/includes.ts';
import { openMakeVariables } from '../../../../../../services/stages/extract/languages/c/make-variables.ts';
import { type Files, parseFiles, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

/** A reference to the variable `A` of CMake. */
const value = ['$', '{A}'].join('');
const notUnderstood = 'a build file names an include folder that is not understood';
const apart: Files = { 'main.c': '#include <a.h>\n', 'far/a.h': '', 'away/a.h': '' };

/** `name(0)` names `name(1)` twice and so on: whoever follows all of them needs 2^40 steps. */
function chain(line: (index: number) => string): string[] {
  return Array.from({ length: 40 }, (_, index) => line(index));
}

describe('list files of CMake', () => {
  const includes: Files = {
    'CMakeLists.txt': 'include(m0.cmake)\n',
    ...Object.fromEntries(
      chain((at) => `include(m${at + 1}.cmake)\n`.repeat(2)).map((text, at) => [
        `m${at}.cmake`,
        text,
      ]),
    ),
    ...apart,
  };

  it('that include others twice each are read 65,536 times at most', async () => {
    let reads = 0;
    const files = (await parseFiles(includes)).map(
      ({ manifest, ...file }): ParsedFile => ({
        ...file,
        get manifest() {
          reads += 1;
          return manifest;
        },
      }),
    );
    const folders = new Set(['', 'far', 'away']);
    openIncludeResolver({ files: new Map(files.map((file) => [file.path, file])), folders });
    expect(reads).toBeGreaterThan(40);
    expect(reads).toBeLessThanOrEqual(65_536 + 200);
  });

  it('that are not read to the end leave an include unresolved that could be anywhere', async () => {
    expect(await unresolvedOf(includes)).toEqual([`main.c a.h: ${notUnderstood}`]);
  });

  it.each<[string, string]>([
    ['a text of a hundred thousand long values', `set(B "${value.repeat(100_000)}")`],
    ['a loop over a hundred thousand', `foreach(B IN LISTS ${'A '.repeat(100_000)})`],
    ['generator expressions in generator expressions', `set(B ${'$<C:'.repeat(100_000)} )`],
    ['a word that seems to end ten thousand times', `set(B $<C:${'>>>>x'.repeat(10_000)} )`],
  ])('are read to the end with %s', async (_name, line) => {
    const lists = `set(A ${'x'.repeat(60_000)})\n${line}\ninclude_directories(far)\n`;
    expect(await weighedEdgesOf({ 'CMakeLists.txt': lists, ...apart })).toEqual([
      'main.c -> far/a.h 1',
    ]);
  });

  it('are given up with a list of a hundred thousand long values', async () => {
    const line = `set(B ${`${value} `.repeat(100_000)})`;
    const lists = `set(A ${'x'.repeat(60_000)})\n${line}\ninclude_directories(far)\n`;
    expect(await unresolvedOf({ 'CMakeLists.txt': lists, ...apart })).toEqual([
      `main.c a.h: ${notUnderstood}`,
    ]);
  });

  it('may link each of many targets to all others', async () => {
    const targets = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const lines = targets.map(
      (name) =>
        `add_library(${name} main.c)\ntarget_link_libraries(${name} ${targets.join(' ')})\n`,
    );
    const offer = 'target_include_directories(t99 PUBLIC far)\n';
    const files = { 'lib/CMakeLists.txt': lines.join(''), 'lib/main.c': '#include <a.h>\n' };
    expect(
      await weighedEdgesOf({
        'CMakeLists.txt': `add_subdirectory(lib)\n${offer}`,
        ...files,
        ...apart,
      }),
    ).toEqual(['lib/main.c -> far/a.h 1', 'main.c -> far/a.h 1']);
  });
});

describe('makefiles', () => {
  const doubling = chain((at) => `V${at} = $(V${at + 1})$(V${at + 1})\n`).join('');

  it('whose variables name others twice each expand as far as the budget allows', () => {
    let lookups = 0;
    const predefined = () => {
      lookups += 1;
      return '';
    };
    const budget = openBudget(100_000);
    const variables = openMakeVariables({ predefined, wildcard: () => [], budget });
    for (let at = 0; at < 40; at += 1) variables.set(`V${at}`, '=', `$(V${at + 1})$(V${at + 1})`);
    variables.expand('$(V20)');
    variables.expand('$(V0)');
    expect(budget.isSpent).toBe(true);
    expect(lookups).toBeGreaterThan(10);
    expect(lookups).toBeLessThan(100_000);
  });

  it('that are not read to the end leave an include unresolved that could be anywhere', async () => {
    const files = { Makefile: `${doubling}CFLAGS = -I$(V16)far -I$(V0)\n`, ...apart };
    expect(await unresolvedOf(files)).toEqual([`main.c a.h: ${notUnderstood}`]);
  });

  it.each<[string, string]>([
    ['twenty thousand references in each other', `X = ${'$(a '.repeat(20_000)} -I`],
    ['a function that makes each letter long', '$(subst x,$(A),$(A))'],
    ['a function that makes each word long', '$(addprefix $(A),$(W)) $(foreach w,$(W),$(A))'],
    ['a value that is added to a hundred thousand times', `\n${'A += y\n'.repeat(100_000)}`],
    ['a thousand alternatives', `$(or ${'$(A),'.repeat(1000)})`],
    ['a flag that seems to end sixty thousand times', `-I${'"'.repeat(60_000)}x`],
    ['a wildcard that could match in very many ways', `$(wildcard ${'*a'.repeat(60)}b)`],
  ])('are read to the end with %s', async (_name, text) => {
    const long = `A = ${'x'.repeat(60_000)}\nW = ${'w '.repeat(30_000)}\n`;
    const files = { Makefile: `${long}CFLAGS += -Ifar\nCFLAGS += -q ${text} -Iq\n`, ...apart };
    const edges = await weighedEdgesOf({ ...files, [`${'a'.repeat(250)}/b.c`]: '' });
    expect(edges).toEqual(['main.c -> far/a.h 1']);
  });
});
