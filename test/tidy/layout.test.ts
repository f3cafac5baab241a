/** The layout of design and README: the top level, the stage folders, the registry of stages. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../../schemas/topology.ts';
import { sections, stages } from '../../services/registry.ts';
import { listPaths, root } from './source-files.ts';

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

const notStages = ['cli', 'export', 'feed', 'runtime', 'scorer', 'teacher', 'trainer', 'ui'];

function serviceFolders(): string[] {
  const folders = paths.filter((path) => /^services\/[^/]+\//.test(path));
  return [...new Set(folders.map((path) => path.split('/')[1] ?? ''))];
}

describe('layout', () => {
  test('the top level holds what the design names, and all of it', () => {
    expect(strangers(paths)).toEqual([]);
    expect(strangers(['docs/x.md', '.ci/run', 'README.md'])).toEqual(['docs']);
    for (const name of topLevel) expect(existsSync(`${root}/${name}`), name).toBe(true);
  });

  test('stages in the topology, folders and registry are the same', () => {
    const folders = serviceFolders().filter((folder) => !notStages.includes(folder));
    expect(folders.sort()).toEqual([...stageNames].sort());
    expect(stages.map((stage) => stage.name)).toEqual(stageNames);
  });

  test.each(stageNames)('%s has its README, core, stage and config', (stage) => {
    for (const file of ['README.md', 'core.ts', 'stage.ts', 'config.ts']) {
      expect(existsSync(`${root}/services/${stage}/${file}`), file).toBe(true);
    }
    const wiring = readFileSync(`${root}/services/${stage}/stage.ts`, 'utf8');
    expect(wiring.split('\n').length - 1).toBeLessThanOrEqual(60);
  });

  test.each(serviceFolders())('services/%s says on one screen what it is', (folder) => {
    const text = readFileSync(`${root}/services/${folder}/README.md`, 'utf8');
    expect(text.split('\n').length).toBeGreaterThan(5);
    // One screen with room for a table; beyond that a reader scrolls.
    expect(text.split('\n').length).toBeLessThanOrEqual(80);
  });

  test('the README names every folder of services', () => {
    const readme = readFileSync(`${root}/README.md`, 'utf8');
    for (const folder of serviceFolders()) expect(readme, folder).toContain(folder);
  });

  test('every section has its knobs described, with defaults', () => {
    const servers = ['kafka', 'registry', 'redis', 'storage'];
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
