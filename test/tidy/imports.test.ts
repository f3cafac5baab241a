/** Who may import whom: stages know contracts, runtime and the two ports, never each other. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../../schemas/topology.ts';
import { floors } from './rules/floors.ts';
import { findAll, isTypeScript, readFiles, root, type SourceFile } from './rules/source-files.ts';
import { importsOf, resolveImport } from './rules/syntax.ts';

const files = readFiles(isTypeScript);

/** Data that any floor may read. */
const openFiles = ['package.json'];

interface Room {
  readonly name: string;
  readonly floor: number;
}

function roomOf(path: string): Room | null {
  for (const [floor, { rooms }] of floors.entries()) {
    const name = rooms.find((room) => path === room || path.startsWith(`${room}/`));
    if (name !== undefined) return { name, floor };
  }
  return null;
}

/** Tests and scripts stand outside: they use everything, and nothing below uses them. */
const outside = floors.length - 1;

function mayImport(from: Room | null, target: string): boolean {
  const to = roomOf(target);
  if (from === null || to === null) return from !== null && openFiles.includes(target);
  return to.name === from.name || to.floor < from.floor || from.floor === outside;
}

function forbiddenImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, line }) => ({ target: resolveImport(file.path, specifier), line }))
    .filter(({ target }) => !mayImport(room, target))
    .map(({ target, line }) => `line ${line} may not import ${target}`);
}

/** Import circles among files, each as the paths along it; types count too. */
function importCircles(all: readonly SourceFile[]): string[][] {
  const targets = new Map(
    all.map((file): [string, string[]] => [
      file.path,
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolveImport(file.path, specifier)),
    ]),
  );
  return circlesIn(targets);
}

/** Import circles among the rooms of a folder: its subfolders, and what lies loose in it. */
function roomCircles(all: readonly SourceFile[], folder: string): string[][] {
  const targets = new Map<string, string[]>();
  for (const file of all.filter(({ path }) => path.startsWith(`${folder}/`))) {
    const room = roomWithin(folder, file.path);
    const imported = importsOf(file)
      .map(({ specifier }) => resolveImport(file.path, specifier))
      .filter((target) => target.startsWith(`${folder}/`))
      .map((target) => roomWithin(folder, target))
      .filter((target) => target !== room);
    targets.set(room, [...(targets.get(room) ?? []), ...imported]);
  }
  return circlesIn(targets);
}

function roomWithin(folder: string, path: string): string {
  return path.slice(folder.length + 1).split('/')[0] ?? '';
}

/** One circle for each place where a walk along the arrows comes back to its own way. */
function circlesIn(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (node: string) => {
    if (finished.has(node)) return;
    const start = way.indexOf(node);
    if (start >= 0) {
      circles.push([...way.slice(start), node]);
      return;
    }
    way.push(node);
    for (const target of targets.get(node) ?? []) visit(target);
    way.pop();
    finished.add(node);
  };
  for (const node of targets.keys()) visit(node);
  return circles;
}

function unresolvedImports(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .filter(({ specifier }) => !existsSync(`${root}/${resolveImport(file.path, specifier)}`))
    .map(({ specifier, line }) => `line ${line} imports ${specifier}, which does not exist`);
}

describe('imports', () => {
  test('each room imports only from itself and from lower floors', () => {
    expect(findAll(files, forbiddenImports)).toEqual([]);
  });

  test('every relative import resolves', () => {
    expect(findAll(files, unresolvedImports)).toEqual([]);
  });

  test('no file imports itself by a detour', () => {
    expect(importCircles(files)).toEqual([]);
  });

  test.each([
    'services',
    'services/runtime',
    'services/dataset',
    'services/teacher',
    'services/teacher/grounded',
    'services/scorer',
    'services/export',
    'services/ui',
    'services/cli',
    ...stageNames.map((stage) => `services/stages/${stage}`),
  ])('the rooms of %s form no circle', (folder) => {
    expect(roomCircles(files, folder)).toEqual([]);
  });

  test.each([
    ['services/stages/plan/file-plan.ts', "import { x } from '../extract/content.ts';"],
    ['services/stages/plan/file-plan.ts', "export { x } from '../extract/content.ts';"],
    ['services/stages/plan/file-plan.ts', "import type { X } from '../../teacher/openai/chat.ts';"],
    ['services/stages/plan/stage.ts', "const x = await import('../sink/stage.ts');"],
    ['services/runtime/stage.ts', "import { x } from '../stages/plan/stage.ts';"],
    ['services/runtime/stage.ts', "import type { X } from '../teacher/openai/chat.ts';"],
    ['services/ports/teacher.ts', "import { x } from '../runtime/ids.ts';"],
    ['services/dataset/manifest.ts', "import { x } from '../stages/sink/stage.ts';"],
    ['services/export/export.ts', "import { x } from '../stages/sink/stage.ts';"],
    ['services/export/export.ts', "import { x } from '../cli/main.ts';"],
    ['services/teacher/open.ts', "import { x } from '../scorer/open.ts';"],
    ['services/stages/sink/stage.ts', "import { x } from '../../cli/main.ts';"],
    ['schemas/topology.ts', "import { x } from '../services/runtime/ids.ts';"],
    ['services/teacher/open.ts', "import { x } from '../../test/tidy/rules/syntax.ts';"],
    ['services/stray/stray.ts', "import { x } from '../runtime/ids.ts';"],
  ])('refuses, in %s: %s', (path, text) => {
    expect(forbiddenImports({ path, text })).toHaveLength(1);
  });

  test('allows contracts, ports, runtime, data set and the own folder', () => {
    const text = [
      "import { a } from '../../../schemas/topology.ts';",
      "import { b } from '../../runtime/stage.ts';",
      "import type { C } from '../../ports/teacher.ts';",
      "import { d } from '../../dataset/manifest.ts';",
      "import { e } from './config.ts';",
    ].join('\n');
    for (const stage of stageNames) {
      expect(forbiddenImports({ path: `services/stages/${stage}/stage.ts`, text })).toEqual([]);
    }
  });

  test('finds an import of a file that is not there', () => {
    const text = "import { x } from './no-such-file.ts';";
    expect(unresolvedImports({ path: 'services/registry.ts', text })).toHaveLength(1);
  });

  test('finds circles among files and among rooms, types included', () => {
    const circle = [
      { path: 'services/runtime/a/one.ts', text: "import type { X } from '../b/two.ts';" },
      { path: 'services/runtime/b/two.ts', text: "import { y } from '../a/three.ts';" },
      { path: 'services/runtime/a/three.ts', text: '' },
    ];
    expect(importCircles(circle)).toEqual([]);
    expect(roomCircles(circle, 'services/runtime')).toEqual([['a', 'b', 'a']]);
    const closed = [
      ...circle.slice(0, 2),
      { path: 'services/runtime/a/three.ts', text: "import './one.ts';" },
    ];
    expect(importCircles(closed)).toHaveLength(1);
  });
});
