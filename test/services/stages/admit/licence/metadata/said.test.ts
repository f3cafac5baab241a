/** Where two places of one metadata file differ, neither is a free choice. */
import { expect, test } from 'vitest';
import { printExpression } from '../../../../../../services/stages/admit/licence/expression.ts';
import { readMetadataLicence } from '../../../../../../services/stages/admit/licence/metadata/metadata.ts';

const gplMit = 'GPL-3.0-only AND MIT';
const eitherIsTold = 'MIT OR Apache-2.0';
test.each([
  ['GPL-3.0', ['MIT License'], gplMit],
  ['GPL', ['MIT License'], 'GPL-1.0-or-later AND MIT'],
  ['MIT', ['GNU General Public License (GPL)'], 'MIT AND GPL-1.0-or-later'],
  ['MIT', ['MIT License', 'GNU General Public License v3 (GPLv3)'], 'MIT AND GPL-3.0-only'],
  ['MIT', ['Free for non-commercial use'], 'MIT AND LicenseRef-UNLICENSED'],
  ['MIT', ['DFSG approved', 'MIT License'], 'MIT'],
  ['BSD-3-Clause', ['BSD License'], 'BSD-3-Clause'],
  ['UNKNOWN', ['MIT License'], 'MIT'],
  ['GPL-3.0', ['GNU General Public License v3 or later (GPLv3+)'], 'GPL-3.0-or-later'],
  ['MIT OR Apache-2.0', ['MIT License', 'Apache Software License'], eitherIsTold],
])('a field %s beside the classifiers %s is %s', (field, names, expected) => {
  const classifiers = names.map((name) => `License :: OSI Approved :: ${name}`);
  const quoted = JSON.stringify(classifiers);
  for (const [path, text] of [
    ['setup.py', `setup(name="a", license="${field}", classifiers=${quoted})\n`],
    ['setup.py', `setup(\n    license='${field}',\n    classifiers=${quoted},\n)\n`],
    ['setup.cfg', `license = ${field}\nclassifiers =\n  ${classifiers.join('\n  ')}\n`],
    ['pyproject.toml', `license = "${field}"\nclassifiers = ${quoted}\n`],
    [
      'PKG-INFO',
      `License: ${field}\n${names.map((n) => `Classifier: License :: ${n}\n`).join('')}`,
    ],
  ] as const) {
    const expression = readMetadataLicence(path, text);
    expect(expression && printExpression(expression), text).toBe(expected);
  }
});

test.each([
  ['{"license": "GPL-3.0", "licenses": [{"type": "MIT"}]}', gplMit],
  [
    '{"license": "GPL-3.0", "licenses": ["MIT", "GPL-3.0"]}',
    `GPL-3.0-only AND (MIT OR GPL-3.0-only)`,
  ],
  ['{"license": "BSD", "licenses": [{"type": "BSD-3-Clause"}]}', 'BSD-3-Clause'],
  ['{"license": "MIT", "licenses": [{"type": "MIT"}]}', 'MIT'],
  ['{"license": ["MIT", "Apache-2.0"]}', eitherIsTold],
])('two fields of one package are no choice: %s', (text, expected) => {
  const expression = readMetadataLicence('package.json', text);
  expect(expression && printExpression(expression)).toBe(expected);
});
