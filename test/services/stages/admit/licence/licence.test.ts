/** Finds licences in real texts, metadata and headers, and tests them against policies. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { printExpression } from '../../../../../services/stages/admit/licence/expression.ts';
import { readHeader } from '../../../../../services/stages/admit/licence/header.ts';
import {
  describeLicence,
  readLicenceFiles,
} from '../../../../../services/stages/admit/licence/licence.ts';
import { readMetadataLicence } from '../../../../../services/stages/admit/licence/metadata.ts';
import { allowedLicences, isAllowed } from '../../../../../services/stages/admit/licence/policy.ts';
import {
  matchLicenceText,
  unrecognised,
} from '../../../../../services/stages/admit/licence/text.ts';

const root = new URL('../../../../../', import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, root), 'utf8');
const mit = textOf('node_modules/zod/LICENSE');
const apache = textOf('node_modules/typescript/LICENSE');

describe('texts', () => {
  test.each([
    ['LICENSE', 'Apache-2.0'],
    ['node_modules/typescript/LICENSE', 'Apache-2.0'],
    ['node_modules/zod/LICENSE', 'MIT'],
    ['node_modules/yaml/LICENSE', 'ISC'],
    ['node_modules/source-map-js/LICENSE', 'BSD-3-Clause'],
    ['node_modules/boundary/LICENSE.BSD', 'BSD-2-Clause'],
    ['node_modules/lightningcss/LICENSE', 'MPL-2.0'],
  ])('%s is %s', (path, identifier) => {
    expect(matchLicenceText(textOf(path))).toEqual([{ identifier, score: 1 }]);
  });

  test('finds both of two texts in one file', () => {
    expect(matchLicenceText(`${mit}\n${apache}`).map((match) => match.identifier)).toEqual([
      'MIT',
      'Apache-2.0',
    ]);
  });

  test('reports a known text with many other words as partly unrecognised', () => {
    const matches = matchLicenceText(`${mit}\n${'further terms bind you '.repeat(300)}`);
    expect(matches.map((match) => match.identifier)).toEqual(['MIT', unrecognised]);
    expect(matches[0]?.score).toBeLessThan(0.5);
  });

  test('tells a licence with an added clause from the plain one', () => {
    const good = 'The Software shall be used for Good, not Evil.';
    expect(
      matchLicenceText(mit.replace('THE SOFTWARE IS', `${good}\n\nTHE SOFTWARE IS`))[0]?.identifier,
    ).toBe('JSON');
  });

  test('reports other texts as unrecognised, and nothing for an empty file', () => {
    expect(matchLicenceText('All rights reserved. Ask us.')).toEqual([
      { identifier: unrecognised, score: 0 },
    ]);
    expect(matchLicenceText('')).toEqual([]);
  });
});

describe('metadata', () => {
  test.each([
    ['package.json', '{"license": "MIT"}', 'MIT'],
    ['package.json', '{"license": "(MIT OR Apache-2.0)"}', 'MIT OR Apache-2.0'],
    ['package.json', '{"licenses": [{"type": "MIT"}, {"type": "ISC"}]}', 'MIT OR ISC'],
    ['package.json', '{"license": "SEE LICENSE IN LICENSE.md"}', null],
    ['package.json', '{"license": "UNLICENSED"}', 'LicenseRef-UNLICENSED'],
    ['package.json', 'not json', null],
    ['package.json', 'null', null],
    ['Cargo.toml', '[package]\nlicense = "MIT/Apache-2.0"\n', 'MIT OR Apache-2.0'],
    ['pyproject.toml', 'license = {text = "BSD-3-Clause"}\n', 'BSD-3-Clause'],
    [
      'pyproject.toml',
      'classifiers = ["License :: OSI Approved :: Apache Software License"]\n',
      'Apache-2.0',
    ],
    ['PKG-INFO', 'Name: a\nLicense: LGPL-2.1\n\nText', 'LGPL-2.1-only'],
    ['PKG-INFO', 'Name: a\nLicense-Expression: MIT AND PSF-2.0\n', 'MIT AND PSF-2.0'],
    [
      'pom.xml',
      '<licenses><license><name>Apache License, Version 2.0</name></license></licenses>',
      'Apache-2.0',
    ],
    ['a.gemspec', "spec.license = 'MIT'\n", 'MIT'],
    ['setup.py', 'setup(\n  license="BSD",\n)\n', 'LicenseRef-stated'],
    ['README.md', 'license: MIT', null],
  ])('%s %s', (path, text, expected) => {
    const expression = readMetadataLicence(path, text);
    expect(expression === null ? null : printExpression(expression)).toBe(expected);
  });
});

function licenceOf(files: Readonly<Record<string, string>>): string {
  const candidates = Object.entries(files).map(([path, text]) => ({ path, text }));
  return describeLicence(readLicenceFiles(candidates), candidates).expression;
}

describe('the licence of a repository', () => {
  const cargo = 'license = "MIT OR Apache-2.0"\n';
  test.each<readonly [string, Record<string, string>, string]>([
    ['no evidence', { 'a.py': 'a = 1\n' }, 'unknown'],
    ['a text', { LICENSE: mit }, 'MIT'],
    [
      'metadata that makes two texts a choice',
      { 'Cargo.toml': cargo, 'LICENSE-MIT': mit, 'LICENSE-APACHE': apache },
      'MIT OR Apache-2.0',
    ],
    [
      'file names that make two texts a choice',
      { 'LICENSE-APACHE': apache, 'LICENSE-MIT': mit },
      'Apache-2.0 OR MIT',
    ],
    [
      'a text that metadata does not mention',
      { 'package.json': '{"license":"MIT"}', LICENSE: apache },
      'MIT AND Apache-2.0',
    ],
    [
      'an unknown text beside metadata',
      { 'package.json': '{"license":"MIT"}', LICENSE: 'Ask us first.' },
      `MIT AND ${unrecognised}`,
    ],
    [
      'a part under another licence',
      { LICENSE: mit, 'lib/part/LICENSE': apache },
      'MIT AND Apache-2.0',
    ],
    ['a licence file in test data', { LICENSE: mit, 'tests/data/LICENSE': apache }, 'MIT'],
    [
      'a header of another licence',
      { LICENSE: mit, 'a.c': '// SPDX-License-Identifier: GPL-2.0+\nint a;\n' },
      'MIT AND GPL-2.0-or-later',
    ],
    ['code in a file named license', { LICENSE: mit, 'license.py': apache }, 'MIT'],
  ])('%s', (_name, files, expected) => {
    expect(licenceOf(files)).toBe(expected);
  });

  test('reads a header only from a comment', () => {
    expect(readHeader('/* SPDX-License-Identifier: MIT */\n')).toMatchObject({ identifier: 'MIT' });
    expect(readHeader('const a = "SPDX-License-Identifier: MIT";\n')).toBeNull();
    expect(readHeader('# see "SPDX-License-Identifier: MIT"\n')).toBeNull();
    const notice = '/*\n * Licensed under the Apache License, Version 2.0 (the "License");\n */\n';
    expect(readHeader(notice)).toMatchObject({ identifier: 'Apache-2.0' });
    const wrapped = '# licensed under the\n# Apache License, Version 2.0\n';
    expect(readHeader(wrapped)).toMatchObject({ identifier: 'Apache-2.0' });
    expect(readHeader('const a = "under the Apache License, Version 2.0";\n')).toBeNull();
  });
});

describe('policies', () => {
  const permissive = allowedLicences('permissive');
  test.each([
    ['MIT', true],
    ['MIT OR GPL-3.0-only', true],
    ['MIT AND GPL-3.0-only', false],
    ['MIT AND (Apache-2.0 OR GPL-2.0-only)', true],
    ['MPL-2.0', false],
    [`MIT AND ${unrecognised}`, false],
    ['unknown', false],
    ['MIT AND', false],
  ])('the permissive policy allows %s: %s', (expression, expected) => {
    expect(isAllowed(expression, permissive)).toBe(expected);
  });

  test('record allows everything, a list allows what it names', () => {
    expect(isAllowed('unknown', allowedLicences('record'))).toBe(true);
    expect(isAllowed('GPL-3.0-only', allowedLicences(['GPL-3.0-only']))).toBe(true);
    expect(isAllowed('MIT', allowedLicences(['GPL-3.0-only']))).toBe(false);
  });
});
