/** Finds licences in real texts, metadata and headers, and tests them against policies. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { printExpression } from '../../../../../services/stages/admit/licence/expression.ts';
import { readHeader as readHeaderOf } from '../../../../../services/stages/admit/licence/header.ts';
import { readLicenceFiles } from '../../../../../services/stages/admit/licence/licence.ts';
import { readMetadataLicence } from '../../../../../services/stages/admit/licence/metadata/metadata.ts';
import { allowedLicences, isAllowed } from '../../../../../services/stages/admit/licence/policy.ts';
import { unknown } from '../../../../../services/stages/admit/licence/statement.ts';
import {
  matchLicenceText,
  unrecognised,
} from '../../../../../services/stages/admit/licence/text.ts';
import { licenceOf } from './licence-of.ts';

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
    ['node_modules/is-cidr/LICENSE', 'BSD-2-Clause'],
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

  test.each([
    '"Commons Clause" License Condition v1.0. The license does not grant you the right to Sell the Software.',
    'The Software may not be used for commercial purposes.',
    'No commercial use.',
    'Commercial use is prohibited.',
    'For non-commercial use only.',
    'This code is for research purposes only.',
    'The Software may not be used for training machine learning models.',
    'Use of the Software to train AI models is not permitted: training of any model is prohibited.',
    'You may not use the Software for military purposes or to violate human rights.',
    'The Software shall not be sold.',
    'Copying or redistribution of this program in any form is strictly forbidden.',
    'The Software must not be offered to others as a paid hosted service.',
    'All modified versions must be released under the same terms as this one.',
    'Companies with a revenue above one million dollars must purchase a commercial licence.',
    'Do not run it on systems that harm the physical or mental well-being of people.',
  ])('a rider on a permissive text makes it another licence: %s', (rider) => {
    const allowed = allowedLicences('permissive');
    for (const text of [`${mit}\n${rider}\n`, `${rider}\n\n${mit}`, `The MIT License. ${rider}`]) {
      const { expression } = readLicenceFiles([{ path: 'LICENSE', text }]);
      expect(expression).not.toBeNull();
      if (expression !== null) expect(isAllowed(printExpression(expression), allowed)).toBe(false);
    }
  });

  test.each([
    'Redistribution and use in source and binary forms, with or without modification, are permitted.',
    'You may not hold the authors liable for any service that uses the Software.',
    'Modified versions must keep this notice.',
    'You do not need to pay any fee.',
    'This does not affect the rights of people who received copies.',
  ])('what takes nothing back is no rider: %s', (sentence) => {
    expect(matchLicenceText(`${mit}\n${sentence}\n`).map(({ identifier }) => identifier)).toEqual([
      'MIT',
    ]);
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
    // Version 2.0 is the Library GPL, which SPDX lists beside the Lesser GPL 2.1.
    ['PKG-INFO', 'Name: a\nLicense: LGPL 2\n', 'LGPL-2.0-only'],
    ['PKG-INFO', 'Name: a\nLicense: LGPLv2+\n', 'LGPL-2.0-or-later'],
    ['PKG-INFO', 'Name: a\nLicense: GNU Library General Public License v2\n', 'LGPL-2.0-only'],
    ['PKG-INFO', 'Name: a\nLicense: LGPL 3\n', 'LGPL-3.0-only'],
    ['PKG-INFO', 'Name: a\nLicense-Expression: MIT AND PSF-2.0\n', 'MIT AND PSF-2.0'],
    [
      'pom.xml',
      '<licenses><license><name>Apache License, Version 2.0</name></license></licenses>',
      'Apache-2.0',
    ],
    ['a.gemspec', "spec.license = 'MIT'\n", 'MIT'],
    ['setup.py', 'setup(\n  license="BSD",\n)\n', 'LicenseRef-stated'],
    ['README.md', 'license: MIT', null],
    ['package.json', '\uFEFF{"license": "mit"}', 'MIT'],
    ['setup.py', 'classifiers=["License :: Other/Proprietary License"]', 'LicenseRef-UNLICENSED'],
    ['a.gemspec', "s.licenses = ['MIT', 'Ruby']\n", 'MIT OR Ruby'],
    ['a.gemspec', 's.licenses = %w[MIT]\n', 'MIT'],
    ['a.podspec', "s.license = { :type => 'MIT', :file => 'LICENSE' }\n", 'MIT'],
    ['a.csproj', '<PackageLicenseExpression>MIT</PackageLicenseExpression>', 'MIT'],
    ['DESCRIPTION', 'Package: a\nLicense: MIT + file LICENSE\n', 'MIT'],
    ['DESCRIPTION', 'Package: a\nLicense: BSD_3_clause + file LICENSE\n', 'BSD-3-Clause'],
    ['DESCRIPTION', 'Package: a\nLicense: Apache License (>= 2)\n', 'Apache-2.0'],
    ['DESCRIPTION', 'Package: a\nLicense: GPL (>= 2)\n', 'GPL-2.0-or-later'],
    ['DESCRIPTION', 'Package: a\nLicense: GPL-2 | GPL-3\n', 'GPL-2.0-only OR GPL-3.0-only'],
    ['a.cabal', 'license: BSD3\n', 'BSD-3-Clause'],
    ['a.spec', 'License: GPLv2+ and MIT\n', 'GPL-2.0-or-later AND MIT'],
    ['meta.yaml', 'about:\n  license: GPL-3.0-only\n', 'GPL-3.0-only'],
    ['codemeta.json', '{"license": "https://spdx.org/licenses/GPL-3.0"}', 'GPL-3.0-only'],
    ['mix.exs', 'licenses: ["Apache-2.0"]', 'Apache-2.0'],
    ['a.rockspec', 'license = "MIT/X11"\n', 'MIT'],
    ['dist.ini', 'license = Perl_5\n', 'Artistic-1.0-Perl OR GPL-1.0-or-later'],
    ['meson.build', "project('a', 'c', license : 'GPL-2.0-or-later')", 'GPL-2.0-or-later'],
    ['CITATION.cff', 'license: MIT\n', 'MIT'],
    ['composer.json', '{"license": ["MIT", "GPL-3.0+"]}', 'MIT OR GPL-3.0-or-later'],
  ])('%s %s', (path, text, expected) => {
    const expression = readMetadataLicence(path, text);
    expect(expression === null ? null : printExpression(expression)).toBe(expected);
  });
});

const asPage = (text: string) =>
  `<html><body><p>${text.replaceAll('"', '&quot;').replaceAll('\n\n', '</p>\n<p>')}</p></body></html>`;
const gpl3 = 'GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n';
const lgpl3 = 'GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n';
const reuse = '[[annotations]]\npath = ["lib/**"]\nSPDX-License-Identifier = "MPL-2.0"\n';

test('hostile metadata takes linear time', () => {
  const blanks = ' '.repeat(200_000);
  for (const [path, text] of [
    ['package.json', JSON.stringify({ license: `a${blanks}b` })],
    ['package.json', JSON.stringify({ license: 'LICENSE/'.repeat(50_000) })],
    ['a.nuspec', `<license type="file">${blanks}`],
    ['a.nuspec', `<license type="expression">${blanks}`],
    ['a.csproj', `<PackageLicenseFile>${blanks}<PackageLicenseExpression>${blanks}`],
    ['package.xml', `<license>${blanks}<${'license '.repeat(50_000)}`],
    ['package.xml', '<license '.repeat(50_000)],
    ['pom.xml', `<licenses><name>${' '.repeat(3_900)}</licenses>`],
    ['META.yml', `license: ${blanks}"\n`],
    ['META.yml', `licenses:\n- ${blanks}'"\n`],
    ['setup.cfg', `license = ${blanks}"\n`],
    ['mix.exs', `licenses${blanks}`],
    ['dist.ini', `${'\n'.repeat(200_000)}license${blanks}`],
  ] as const) {
    expect(() => readLicenceFiles([{ path, text }])).not.toThrow();
  }
});

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
    [
      'texts of a part that make a choice',
      { LICENSE: apache, 'part/LICENSE-APACHE': apache, 'part/LICENSE-MIT': mit },
      'Apache-2.0 AND (Apache-2.0 OR MIT)',
    ],
    [
      'the manifest of a part',
      { LICENSE: mit, 'part/package.json': '{"license":"GPL-3.0"}', 'part/a.js': 'let a;\n' },
      'MIT AND GPL-3.0-only',
    ],
    [
      'a header of one licence of a choice',
      { 'Cargo.toml': cargo, 'a.rs': '// SPDX-License-Identifier: Apache-2.0\nlet a;\n' },
      '(MIT OR Apache-2.0) AND Apache-2.0',
    ],
    [
      'a header, where nobody says anything of the rest',
      { 'a.js': '// SPDX-License-Identifier: MIT\nlet a;\n', 'b.js': 'let b;\n' },
      `MIT AND ${unknown}`,
    ],
    [
      'the licence of a part, where nobody says anything of the rest',
      { 'a.js': 'let a;\n', 'part/LICENSE': mit, 'part/b.js': 'let b;\n' },
      `MIT AND ${unknown}`,
    ],
    ['what an archive of Java says of itself', { 'META-INF/LICENSE': mit, 'a/A.java': '' }, 'MIT'],
    [
      'what a wheel says of itself',
      { 'a-1.0.dist-info/licenses/LICENSE': mit, 'a/__init__.py': '' },
      'MIT',
    ],
    ['a licence file in test data', { LICENSE: mit, 'tests/data/LICENSE': apache }, 'MIT'],
    [
      'a header of another licence',
      { LICENSE: mit, 'a.c': '// SPDX-License-Identifier: GPL-2.0+\nint a;\n' },
      'MIT AND GPL-2.0-or-later',
    ],
    ['code in a file named license', { LICENSE: mit, 'license.py': apache }, 'MIT'],
    ['Rails’ name', { 'MIT-LICENSE': mit, 'a.rb': 'puts 1\n' }, 'MIT'],
    ['a page in HTML', { 'LICENSE.html': asPage(mit) }, 'MIT'],
    ['the Library GPL beside the GPL', { COPYING: gpl3, 'COPYING.LESSER': lgpl3 }, 'LGPL-3.0-only'],
    ['a folder of texts alone', { 'LICENSES/MIT.txt': mit }, 'MIT'],
    ['a folder of texts beside a statement', { LICENSE: mit, 'LICENSES/GPL-3.0.txt': gpl3 }, 'MIT'],
    ['a notice file', { NOTICE: apache }, 'unknown'],
    [
      'the file that metadata names',
      { 'package.json': '{"license":"SEE LICENSE IN docs/TERMS.md"}', 'docs/TERMS.md': mit },
      'MIT',
    ],
    ...[
      { 'package.json': '{"license":"SEE LICENSE IN README.md"}' },
      { 'Cargo.toml': 'license-file = "README.md"\n' },
      { 'pyproject.toml': 'license = {file = "README.md"}\n' },
    ].map((metadata): [string, Record<string, string>, string] => [
      `a readme that ${Object.keys(metadata)} names`,
      { ...metadata, 'README.md': '# A\n\nDoes much.\n\n## License\n\nMIT\n' },
      'MIT',
    ]),
    [
      'metadata that names itself',
      { 'Cargo.toml': 'license = "MIT"\nlicense-file = "Cargo.toml"\n' },
      'MIT',
    ],
    [
      'terms that metadata names, beside a text',
      { 'Cargo.toml': 'license-file = "legal.txt"\n', 'legal.txt': 'Ask us.', LICENSE: mit },
      `${unrecognised} AND MIT`,
    ],
    [
      'a licence file that only names its licence',
      { 'package.json': '{"license":"MIT"}', LICENSE: 'Licensed under GPL-3.0. See gnu.org.' },
      'MIT AND GPL-3.0-only',
    ],
    [
      'a licence file of one SPDX line',
      { LICENSE: 'SPDX-License-Identifier: Apache-2.0 OR MIT\n' },
      'Apache-2.0 OR MIT',
    ],
    [
      'rights reserved beside metadata',
      { 'package.json': '{"license":"MIT"}', LICENSE: '(c) 2020 Foo. All rights reserved.' },
      `MIT AND ${unrecognised}`,
    ],
    [
      'two manifests',
      { 'package.json': '{"license":"MIT"}', 'setup.py': "license='GPLv3'\n" },
      'MIT AND GPL-3.0-only',
    ],
    ['a readme alone', { 'README.md': '# A\n\n## License\n\nMIT © A. Person\n\n## More\n' }, 'MIT'],
    [
      'a readme that contradicts a text',
      { 'README.md': '## License\n\nGPL\n', LICENSE: mit },
      'MIT AND GPL-1.0-or-later',
    ],
    ['a reference to another file', { LICENSE: 'See ../LICENSE for the licence.' }, 'unknown'],
    [
      'a sidecar',
      { LICENSE: mit, 'a.c': 'int a;\n', 'a.c.license': 'SPDX-License-Identifier: GPL-2.0-only\n' },
      'MIT AND GPL-2.0-only',
    ],
    [
      'a list of REUSE',
      { LICENSE: mit, 'lib/a.c': 'int a;\n', 'REUSE.toml': reuse },
      'MIT AND MPL-2.0',
    ],
    [
      'a list of REUSE in a folder',
      { LICENSE: mit, 'sub/lib/a.c': 'int a;\n', 'sub/REUSE.toml': reuse },
      'MIT AND MPL-2.0',
    ],
  ])('%s', (_name, files, expected) => {
    expect(licenceOf(files)).toBe(expected);
  });

  test('reads a header only from a comment', () => {
    const readHeader = (text: string) => readHeaderOf({ path: 'a', text });
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
