/**
 * Modules of a large repository hold every file once, and each is small enough for one question.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RepoStructureBody } from '../../../../schemas/generated/types.ts';
import type { PlanAnswer } from '../../../../services/ports/teacher.ts';
import { buildPlanRequest, planFiles } from '../../../../services/stages/plan/file-plan.ts';
import { findModules, planModules } from '../../../../services/stages/plan/modules.ts';
import { exampleStructure } from '../../teacher/example-repository.ts';

/** Files of one byte, or of as many as are given. */
function structureOf(paths: readonly string[], bytes: readonly number[] = []): RepoStructureBody {
  const [file] = exampleStructure.files;
  if (file === undefined) throw new Error('the example has files');
  const files = paths.map((path, at) => ({
    ...{ path, offset: 0, sha256: '', redactions: 0, redacted: {}, marked: {} },
    bytes: bytes[at] ?? 1,
  }));
  return {
    ...exampleStructure,
    repository: { ...exampleStructure.repository, files },
    files: paths.map((path) => ({ ...file, path, symbols: [] })),
    edges: [],
    order: [...paths],
  };
}

function namesOf(paths: readonly string[], moduleFilesMax: number): string[] {
  const structure = structureOf(paths);
  const modules = findModules(structure, { moduleFilesMax, moduleBytesMax: 1_000_000 });
  return modules.map(({ name, files }) => `${name}: ${files.join(' ')}`);
}

const arbitraryPaths = fc
  .uniqueArray(fc.array(fc.constantFrom('a', 'b', 'lib', 'x.ts'), { minLength: 1, maxLength: 5 }), {
    minLength: 1,
    maxLength: 60,
    selector: (parts) => parts.join('/'),
  })
  .map((all) => all.map((parts, at) => `${parts.join('/')}${at}`));

describe('the modules of any repository', () => {
  it('hold every file once, within the limits, and each file of the plan names its own', () => {
    const arbitrary = fc.record({
      paths: arbitraryPaths,
      bytes: fc.array(fc.nat(3_000), { maxLength: 60 }),
      moduleFilesMax: fc.integer({ min: 1, max: 20 }),
      moduleBytesMax: fc.integer({ min: 1, max: 4_000 }),
      answers: fc.array(
        fc.record({ module: fc.integer({ min: -1, max: 9 }), purpose: fc.string() }),
      ),
      purposes: fc.array(fc.record({ path: fc.nat(70), purpose: fc.string() })),
    });
    fc.assert(
      fc.property(arbitrary, ({ paths, bytes, answers, purposes, ...knobs }) => {
        const structure = structureOf(paths, bytes);
        const modules = findModules(structure, knobs);
        if (paths.length <= knobs.moduleFilesMax) expect(modules).toEqual([]);
        else {
          const all = modules.flatMap(({ files }) => files);
          expect([...all].sort((a, b) => a - b)).toEqual(paths.map((_, ordinal) => ordinal));
        }
        for (const { files } of modules) {
          expect(files.length).toBeLessThanOrEqual(knobs.moduleFilesMax);
          expect(files.toSorted((a, b) => a - b)).toEqual(files);
          const own = files.reduce((sum, ordinal) => sum + (bytes[ordinal] ?? 1), 0);
          if (files.length > 1) expect(own).toBeLessThanOrEqual(knobs.moduleBytesMax);
        }
        expect(new Set(modules.map(({ name }) => name)).size).toBe(modules.length);
        // Whatever is answered: purposes twice, of no file, of no module, of white space.
        const told: PlanAnswer['purposes'] = purposes.map(({ path, purpose }) => ({
          path: paths[path] ?? 'nowhere',
          purpose,
        }));
        const limits = { dependenciesMax: 16, offersMax: 6, purposeBytesMax: 400 };
        const planned = planFiles(structure, told, modules, limits);
        expect(planned.map(({ path }) => path)).toEqual(paths);
        for (const file of planned) {
          expect(file.purpose).not.toBe('');
          if (modules.length > 0) expect(modules[file.module ?? -1]?.files).toContain(file.ordinal);
        }
        const named = planModules(structure, modules, answers, 100);
        expect(named).toHaveLength(modules.length);
        for (const { purpose } of named) expect(purpose).not.toBe('');
        expect(buildPlanRequest(structure, '', [], modules).modules).toBe(modules);
      }),
    );
  });
});

describe('a module', () => {
  it('is a folder that fits, wherever its files stand in writing order', () => {
    expect(namesOf(['core/a', 'app/a', 'core/b', 'app/b'], 2)).toEqual(['core: 0 2', 'app: 1 3']);
  });

  it('is a run of the writing order where a folder holds too many files itself', () => {
    expect(namesOf(['a', 'b', 'c', 'd', 'e'], 2)).toEqual([
      'the top folder (1 of 3): 0 1',
      'the top folder (2 of 3): 2 3',
      'the top folder (3 of 3): 4',
    ]);
  });

  it('is several small folders together', () => {
    const many = Array.from({ length: 8 }, (_, at) => `big/${at}`);
    expect(namesOf([...many, 'one/a', 'two/a', 'three/a'], 8)).toEqual([
      'big: 0 1 2 3 4 5 6 7',
      'one, two, three: 8 9 10',
    ]);
  });
});
