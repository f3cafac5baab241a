/** The layout of design and README: the top level, the stage folders, the registry of stages. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../../schemas/topology.ts';
import { sections, stages } from '../../services/registry.ts';
import { listPaths, root } from './rules/source-files.ts';

const paths = listPaths();
const topLevel = [
  'LICENSE',
  'README.md',
  'infra',
  'package-lock.json',
  'package.json',
  'schemas',
  'scripts',
  'services',
  'test',
  'tsconfig.json',
];

/** Names at the top that the layout does not know; dotfiles are free. */
function strangers(all: readonly string[]): string[] {
  const names = new Set(all.map((path) => path.split('/')[0] ?? ''));
  return [...names].filter((name) => !name.startsWith('.') && !topLevel.includes(name));
}

/** What lies directly below a folder: names of its subfolders. */
function foldersBelow(parent: string): string[] {
  const below = paths.filter((path) => path.startsWith(`${parent}/`));
  const names = below.map((path) => path.slice(parent.length + 1).split('/'));
  return [...new Set(names.filter((parts) => parts.length > 1).map(([name = '']) => name))];
}

/** Every folder that a reader enters, and how many files lie loose in it. */
function looseFiles(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths.filter((each) => /^(services|schemas|scripts)\//.test(each))) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return counts;
}

/** What fits on a screen beside its README; more wants rooms. */
const looseFilesMax = 16;
const wings = [
  'stages',
  'ports',
  'runtime',
  'dataset',
  'teacher',
  'scorer',
  'code-host',
  'export',
  'quality',
  'redaction',
  'ui',
  'feed',
  'trainer',
  'cli',
];

describe('layout', () => {
  test('the top level holds what the design names, and all of it', () => {
    expect(strangers(paths)).toEqual([]);
    expect(strangers(['docs/x.md', '.ci/run', 'README.md'])).toEqual(['docs']);
    for (const name of topLevel) expect(existsSync(`${root}/${name}`), name).toBe(true);
  });

  test('services holds the wings of the house and nothing else', () => {
    expect(foldersBelow('services').sort()).toEqual([...wings].sort());
  });

  test('stages in the topology, folders and registry are the same', () => {
    expect(foldersBelow('services/stages').sort()).toEqual([...stageNames].sort());
    expect(stages.map((stage) => stage.name)).toEqual(stageNames);
  });

  test.each(stageNames)('%s has its README, stage and config', (stage) => {
    for (const file of ['README.md', 'stage.ts', 'config.ts']) {
      expect(existsSync(`${root}/services/stages/${stage}/${file}`), file).toBe(true);
    }
    const wiring = readFileSync(`${root}/services/stages/${stage}/stage.ts`, 'utf8');
    expect(wiring.split('\n').length - 1).toBeLessThanOrEqual(60);
  });

  test.each([...looseFiles().keys()])('%s can be known at a glance', (folder) => {
    // schemas/topics and its like hold one file per topic: a list, not rooms.
    expect(looseFiles().get(folder)).toBeLessThanOrEqual(looseFilesMax);
  });

  test.each([
    ...wings.map((wing) => `services/${wing}`),
    ...stageNames.map((stage) => `services/stages/${stage}`),
  ])('%s says on one screen what it is', (folder) => {
    const text = readFileSync(`${root}/${folder}/README.md`, 'utf8');
    expect(text.split('\n').length).toBeGreaterThan(5);
    // One screen with room for a table; beyond that a reader scrolls. A table
    // that is generated has a row for each plug-in, so its rows are not counted.
    const written = text.replace(/<!-- generated:.*?<!-- \/generated -->/gs, '');
    expect(written.split('\n').length).toBeLessThanOrEqual(80);
  });

  test('the README names every folder of services', () => {
    const readme = readFileSync(`${root}/README.md`, 'utf8');
    for (const name of [...wings, ...stageNames]) expect(readme, name).toContain(name);
  });

  test('every section has its knobs described, with defaults', () => {
    const servers = ['kafka', 'schemaRegistry', 'redis', 'storage'];
    const others = ['teacher', 'scorer', 'runtime', ...servers];
    expect(Object.keys(sections)).toEqual([...stageNames, ...others]);
    for (const [name, schema] of Object.entries(sections)) {
      expect(schema.safeParse({}).success, name).toBe(true);
      for (const [knob, type] of Object.entries(schema.shape)) {
        expect(type.description?.length ?? 0, `${name}.${knob}`).toBeGreaterThan(20);
      }
    }
  });
});
