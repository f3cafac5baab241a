/** Who may import whom: stages know contracts, runtime and the two ports, never each other. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../../schemas/topology.ts';
import { findAll, isTypeScript, readFiles, root, type SourceFile } from './source-files.ts';
import { importsOf, resolveImport } from './syntax.ts';

const files = readFiles(isTypeScript);
const ports = [
  'services/teacher/port.ts',
  'services/teacher/request.ts',
  'services/scorer/port.ts',
];

/** Path prefixes that a file may import from. */
function allowedPrefixes(path: string): readonly string[] {
  const [top = '', second = ''] = path.split('/');
  if (top === 'schemas') return ['schemas/'];
  if (top === 'test' || top === 'scripts') return ['schemas/', 'services/', 'scripts/', 'test/'];
  const base = ['schemas/', 'services/runtime/'];
  if (second === 'runtime') return [...base, ...ports];
  // The places that know every stage: the registry and the commands.
  if (second === 'registry.ts') return ['schemas/', 'services/'];
  if (second === 'cli') return ['schemas/', 'services/', 'package.json'];
  return [...base, ...ports, `services/${second}/`];
}

function forbiddenImports(file: SourceFile): string[] {
  const allowed = allowedPrefixes(file.path);
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier, line }) => ({ target: resolveImport(file.path, specifier), line }))
    .filter(({ target }) => !allowed.some((prefix) => target.startsWith(prefix)))
    .map(({ target, line }) => `line ${line} may not import ${target}`);
}

function unresolvedImports(file: SourceFile): string[] {
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .filter(({ specifier }) => !existsSync(`${root}/${resolveImport(file.path, specifier)}`))
    .map(({ specifier, line }) => `line ${line} imports ${specifier}, which does not exist`);
}

describe('imports', () => {
  test('each folder imports only what its place in the design allows', () => {
    expect(findAll(files, forbiddenImports)).toEqual([]);
  });

  test('every relative import resolves', () => {
    expect(findAll(files, unresolvedImports)).toEqual([]);
  });

  test.each([
    ['services/plan/core.ts', "import { x } from '../extract/core.ts';"],
    ['services/plan/core.ts', "export { x } from '../extract/core.ts';"],
    ['services/plan/core.ts', "import type { X } from '../teacher/openai/client.ts';"],
    ['services/plan/stage.ts', "const x = await import('../sink/stage.ts');"],
    ['services/runtime/engine.ts', "import { x } from '../plan/stage.ts';"],
    ['services/sink/stage.ts', "import { x } from '../cli/main.ts';"],
    ['schemas/topology.ts', "import { x } from '../services/runtime/ids.ts';"],
    ['services/teacher/grounded/scan.ts', "import { x } from '../../../test/tidy/syntax.ts';"],
  ])('refuses, in %s: %s', (path, text) => {
    expect(forbiddenImports({ path, text })).toHaveLength(1);
  });

  test('allows contracts, runtime, ports and the own folder', () => {
    const text = [
      "import { a } from '../../schemas/topology.ts';",
      "import { b } from '../runtime/stage.ts';",
      "import type { C } from '../teacher/port.ts';",
      "import { d } from './core.ts';",
    ].join('\n');
    for (const stage of stageNames) {
      expect(forbiddenImports({ path: `services/${stage}/stage.ts`, text })).toEqual([]);
    }
  });

  test('finds an import of a file that is not there', () => {
    const text = "import { x } from './no-such-file.ts';";
    expect(unresolvedImports({ path: 'services/plan/core.ts', text })).toHaveLength(1);
  });
});
