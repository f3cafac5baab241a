/** The plan lists every file once, in order, with a purpose and only earlier dependencies (I3). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type {
  Edge,
  FileStructure,
  RepoStructureBody,
} from '../../../../schemas/generated/types.ts';
import {
  buildPlanRequest,
  chooseSources,
  cutAtWord,
  fallbackPurpose,
  findTextProblem,
  planFiles,
  rankDependencies,
  rankOffers,
} from '../../../../services/stages/plan/file-plan.ts';
import { countUnused } from '../../../../services/stages/plan/unused.ts';
import { exampleStructure } from '../../teacher/example-repository.ts';

const knobs = { dependenciesMax: 16, offersMax: 6, purposeBytesMax: 400 };

function edge(to: string, kind: string, confidence: number, names: string[] = []): Edge {
  return { from: 'x', to, kind, confidence, names };
}

const rankings: readonly (readonly [
  why: string,
  edges: readonly Edge[],
  order: readonly string[],
])[] = [
  [
    'kind first',
    [edge('a', 'type-only', 1), edge('b', 'import', 0.5), edge('c', 'test-of', 0.1)],
    ['c', 'b', 'a'],
  ],
  ['then confidence', [edge('a', 'import', 0.5), edge('b', 'import', 0.9)], ['b', 'a']],
  ['then names', [edge('a', 'import', 1, ['p']), edge('b', 'import', 1, ['p', 'q'])], ['b', 'a']],
  ['then path', [edge('b', 'import', 1), edge('a', 'import', 1)], ['a', 'b']],
  [
    'several edges count as one',
    [edge('a', 'type-only', 1, ['p']), edge('b', 'import', 1), edge('a', 'import', 1, ['q'])],
    ['a', 'b'],
  ],
  ['unknown kinds come last', [edge('a', 'telepathy', 1), edge('b', 'type-only', 0)], ['b', 'a']],
  ['none', [], []],
];

test.each(rankings)('dependencies are ranked: %s', (_why, edges, order) => {
  expect(rankDependencies(edges)).toEqual(order);
});

test('a purpose comes from the answer, on one line, or else from the outline', () => {
  const files = planFiles(
    exampleStructure,
    [
      { path: 'src/store.py', purpose: ' Keeps\n values. ' },
      { path: 'src/store.py', purpose: ' ' },
      { path: 'elsewhere', purpose: 'x' },
    ],
    [],
    knobs,
  );
  expect(files.map((file) => file.path)).toEqual(exampleStructure.order);
  expect(files[2]).toEqual({
    path: 'src/store.py',
    ordinal: 2,
    purpose: 'Keeps values.',
    dependsOn: ['src/errors.py'],
    offers: ['Store'],
    module: null,
  });
  expect(files[3]).toMatchObject({
    purpose: 'Defines `lookup`.',
    dependsOn: ['src/store.py', 'src/errors.py'].sort(),
  });
  expect(files[0]?.purpose).toBe('text file of 5 lines.');
});

test('I3: dependencies stand earlier in the order, whatever the edges', () => {
  const name = fc.constantFrom(...exampleStructure.order);
  const edges = fc.array(fc.tuple(name, name), { maxLength: 30 });
  fc.assert(
    fc.property(
      edges,
      fc.shuffledSubarray([...exampleStructure.order], { minLength: 6 }),
      (pairs, order) => {
        const structure: RepoStructureBody = {
          ...exampleStructure,
          order,
          edges: pairs.map(([from, to]) => ({ ...edge(to, 'import', 1), from })),
        };
        const files = planFiles(structure, [], [], knobs);
        for (const file of files) {
          for (const path of file.dependsOn) expect(order.indexOf(path)).toBeLessThan(file.ordinal);
          expect(file.purpose).not.toBe('');
        }
      },
    ),
  );
});

test('the number of dependencies and the length of a purpose are bounded', () => {
  const files = planFiles(
    exampleStructure,
    [{ path: 'src/service.py', purpose: 'äöü '.repeat(50) }],
    [],
    { dependenciesMax: 1, offersMax: 6, purposeBytesMax: 20 },
  );
  expect(files[3]?.dependsOn).toHaveLength(1);
  expect(files[3]?.purpose).toBe('äöü äöü');
  expect(cutAtWord('ä'.repeat(50), 5)).toBe('ää');
});

test('chooses the README in the top folder and the manifests nearest to the top', () => {
  const files = [
    'README.md',
    'a/README.md',
    'z/deep/package.json',
    'package.json',
    'pkg/pyproject.toml',
    'package.json.bak',
  ].map((path) => ({
    path,
    offset: 0,
    bytes: 0,
    sha256: '',
    redactions: 0,
    redacted: {},
    marked: {},
  }));
  const structure = { ...exampleStructure, repository: { ...exampleStructure.repository, files } };
  expect(chooseSources(structure, 2)).toEqual({
    readme: 'README.md',
    manifests: ['package.json', 'pkg/pyproject.toml'],
  });
});

test('an order that lacks or invents a file is an invalid record', () => {
  const short = { ...exampleStructure, order: exampleStructure.order.slice(1) };
  expect(() => buildPlanRequest(short, '', [], [])).toThrow(/writing order/);
  expect(() => buildPlanRequest({ ...exampleStructure, order: ['nowhere'] }, '', [], [])).toThrow(
    /nowhere/,
  );
});

test.each([
  ['empty', '  '],
  ['NUL', 'a\0b'],
  ['too long', 'x'.repeat(101)],
])('prose that is %s is refused', (_why, text) => {
  expect(findTextProblem('requirements', text, 100)).toMatch(/from 1 to 100/);
});

test('the purpose of a file without an outline is its language and size', () => {
  expect(
    fallbackPurpose({
      ...exampleStructure.files[0],
      symbols: [],
      language: 'text',
      lines: 1,
    } as never),
  ).toBe('text file of 1 line.');
});

test('purposes of files and modules that are missing or cut are counted', () => {
  const purposes = [
    { path: 'a', purpose: 'x'.repeat(11) },
    { path: 'b', purpose: ' ' },
    { path: 'other', purpose: 'long enough to be cut' },
  ];
  const request = {
    files: ['a', 'b', 'c'].map((path) => ({ ...exampleStructure.files[0], path }) as FileStructure),
    modules: [
      { name: 'x', files: [0, 1] },
      { name: 'y', files: [2] },
    ],
  };
  const told = { purposes, modules: [{ module: 0, purpose: 'x'.repeat(30) }] };
  const limits = { purposeBytesMax: 10, modulePurposeBytesMax: 20 };
  expect(countUnused(request, told, limits)).toEqual({ missing: 2, cut: 2, modulesMissing: 1 });
});

test('a purpose is as long as it is on one line, for a file as for a module', () => {
  const file = { ...exampleStructure.files[0], path: 'a' } as FileStructure;
  const purpose = `\n two${' '.repeat(30)}\n\nwords `;
  const request = { files: [file], modules: [{ name: 'x', files: [0] }] };
  const told = { purposes: [{ path: 'a', purpose }], modules: [{ module: 0, purpose }] };
  const limits = { purposeBytesMax: 9, modulePurposeBytesMax: 9 };
  expect(countUnused(request, told, limits)).toEqual({ missing: 0, cut: 0, modulesMissing: 0 });
});

test('a file offers what others use: first what most of them do', () => {
  const file = exampleStructure.files.find(({ path }) => path === 'src/store.py');
  const use = (from: string, names: string[]): Edge => ({
    ...edge('src/store.py', 'import', 1, names),
    from,
  });
  const edges = [
    use('a', ['LIMIT', 'elsewhere']),
    use('b', ['Store']),
    use('c', ['Store']),
    use('src/store.py', ['get']),
  ];
  expect(rankOffers(file as FileStructure, edges)).toEqual(['Store', 'LIMIT']);
});
