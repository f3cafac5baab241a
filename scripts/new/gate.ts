/** `npm run new -- gate NAME`: a gate that is off until its knob says otherwise. */
import { gates } from '../../services/stages/admit/gates.ts';
import { camelCase, requireNew } from './names.ts';
import { addImport, insertBefore, type Skeleton } from './skeleton.ts';

export function newGate(name: string): Skeleton {
  const taken: readonly string[] = gates.map((gate) => gate.name);
  requireNew('gate', name, taken);
  const constant = camelCase(name);
  const path = `services/stages/admit/gates/${name}.ts`;
  return {
    files: {
      [path]: gateText(name, constant),
      [`test/services/stages/admit/gates/${name}.test.ts`]: testText(name, constant),
    },
    edits: {
      'services/stages/admit/gates.ts': (text) =>
        insertBefore(
          addImport(text, `import { ${constant} } from './gates/${name}.ts';`),
          // Gates of files come before the bounds on the files that are left.
          '  size,\n',
          `  ${constant},\n`,
        ),
    },
    next: [
      `edit ${path}: what it is about, and the rule in saysNo`,
      `npm test -- gates/${name}`,
      "a gate that is on by default raises admit's version in schemas/topology.ts",
    ],
  };
}

function gateText(name: string, constant: string): string {
  return `/** \`${name}\`: keeps out files whose first line says so. */
import { z } from 'zod';
import { defineGate } from '../gate.ts';

export const ${constant} = defineGate({
  name: '${name}',
  summary: 'files whose first line has the mark \`${name}\`',
  knobs: {
    ${constant}: z
      .enum(['skip', 'admit'])
      .default('admit')
      .describe('Files whose first line has the mark ${name}: admitted by default.'),
  },
  reasons: ['${name}'],
  drops: [],
  // Called once per repository. Returns no question while the knob is off.
  open: (knobs) =>
    knobs.${constant} === 'admit'
      ? {}
      : { text: ({ text }) => (saysNo(text) ? '${name}' : null) },
});

function saysNo(text: string): boolean {
  const [firstLine = ''] = text.split('\\n', 1);
  return /\\b${name}\\b/.test(firstLine);
}
`;
}

function testText(name: string, constant: string): string {
  return `/** The gate \`${name}\`: which files it keeps out. */
import { describe, expect, test } from 'vitest';
import { ${constant} } from '../../../../../services/stages/admit/gates/${name}.ts';

describe('${name}', () => {
  test.each([
    ['an empty file', '', null],
    ['a file without the mark', 'int a;\\n', null],
    ['a mark in the first line', '// ${name}\\nint a;\\n', '${name}'],
    ['a mark further down', 'int a;\\n// ${name}\\n', null],
  ])('%s', (_name, text, reason) => {
    const { text: ask } = ${constant}.open({ ${constant}: 'skip' });
    expect(ask?.({ path: 'a.c', text })).toBe(reason);
  });

  test('asks nothing while its knob is off', () => {
    expect(${constant}.open({ ${constant}: 'admit' })).toEqual({});
  });
});
`;
}
