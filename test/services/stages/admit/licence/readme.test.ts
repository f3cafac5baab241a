/** What a readme says of the licence, and when it counts. */
import { describe, expect, test } from 'vitest';
import { allowedLicences, isAllowed } from '../../../../../services/stages/admit/licence/policy.ts';
import { licenceOf } from './licence-of.ts';

describe('a readme', () => {
  const manifest = { 'package.json': '{"license":"MIT"}' };
  test.each([
    'GPL-3.0',
    '# a\n\n## License\n\nGPL-3.0\n',
    'License\n=======\n\nGNU General Public License v3.0\n',
    '## License (GPL-3.0)\n\nSee COPYING.\n',
    '# a\n\nLicensed under GPL-3.0.\n',
    '**foo** is licensed under the [GNU GPL v3](COPYING).',
    'This project uses the GPL-3.0 license.',
    'The code is GPL-3.0.',
    'Copyright 2020 A. Person. Distributed under the GPLv3.',
    '- License: GPL-3.0',
    '| License | GPL-3.0 |',
    '<h2>License</h2>\n<p>GPL-3.0</p>\n',
    '![License: GPL v3](https://img.shields.io/badge/License-GPLv3-blue.svg)',
    '![l](https://img.shields.io/badge/license-GPL--3.0-green)',
    '# Foo\n\nFoo is released under the GPLv3.\n',
    '## Lizenz\n\nGPLv3\n',
    '## License & Credits\n\nGPL-3.0\n',
  ])('that contradicts the manifest is no permissive licence: %j', (text) => {
    const expression = licenceOf({ ...manifest, 'README.md': text });
    expect(expression).toBe('MIT AND GPL-3.0-only');
    expect(isAllowed(expression, allowedLicences('permissive'))).toBe(false);
  });

  test.each([
    '## License\n\nMIT\n',
    '## License\n\nMIT, which is GPL compatible.\n',
    '## License\n\nMIT; the icons are CC-BY-4.0.\n',
    'Copyright 2020 A. Person. All rights reserved.',
    'A tool that reports packages under the GPL-3.0.',
    '```js\n// Licensed under the GPL-3.0\n```\n',
    '# foo\n\nIt needs GNU readline, which is licensed under the GPL-3.0.',
    '# foo\n\nThe ffmpeg binary is distributed under the GPL-3.0.',
    '# foo\n\nThe documentation is licensed under CC-BY-4.0.',
    '# foo\n\nThis module is a rewrite of bar, which is GPL-2.0 licensed.',
    '# foo\n\nThis library is not licensed under the GPL.',
    '# foo\n\n## Dependencies\n\n- License: GPL-3.0 (readline)\n',
    '# foo\n\n## License\n\nSee LICENSE. The bundled ffmpeg is GPL-3.0.\n',
    '# foo\n\n## License compatibility\n\nLicensed under GPL-3.0? Yes.\n',
    '# foo\n\nCompressions:\n\n- zlib\n- GPL\n',
    '# foo\n\n| zlib |\n| ---- |\n| GPL  |\n',
  ])('that agrees, or states nothing, changes nothing: %j', (text) => {
    expect(licenceOf({ ...manifest, 'README.md': text })).toBe('MIT');
  });

  test('of markup that never ends is read in one pass', () => {
    const text = `<p>\n${'<h1'.repeat(50_000)}${'<style '.repeat(50_000)}`;
    expect(licenceOf({ ...manifest, 'README.md': text, LICENSE: text })).toContain('MIT');
  });

  test('that gives no version agrees with any', () => {
    const files = { 'package.json': '{"license":"BSD-3-Clause"}', 'README.md': 'License: BSD\n' };
    expect(licenceOf(files)).toBe('BSD-3-Clause');
  });
});
