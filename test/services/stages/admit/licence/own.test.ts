/** Under a policy, a file is judged by its own licence, and its repository by what is left (I8). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { HostedRepository } from '../../../../../schemas/generated/types.ts';
import { admitArchive } from '../../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../../services/stages/admit/config.ts';
import { tar } from '../hostile-archives.ts';

const root = new URL('../../../../../', import.meta.url);
const mit = readFileSync(new URL('node_modules/zod/LICENSE', root), 'utf8');
const knobs = admitKnobs.parse({ licences: 'permissive' });
const gpl =
  '/* This program is free software; you can redistribute it and/or modify it under the terms of\n' +
  ' * the GNU General Public License as published by the Free Software Foundation; version 2. */\n';

const commons = 'http://creativecommons.org/licenses/';

async function admit(
  files: Readonly<Record<string, string | Buffer>>,
  config = knobs,
  hosted: HostedRepository | null = null,
) {
  const entries = Object.entries(files).map(([name, body]) => ({ name: `r/${name}`, body }));
  const archive = tar(entries);
  const source = { name: 'r', origin: 'r.tar', hosted, format: 'tar' as const, archive };
  const { files: admitted, skipped, licence } = await admitArchive(source, config);
  return { admitted: admitted.map(({ path }) => path), skipped, licence };
}

describe('under permissive', () => {
  test('files under the GPL or for their owner alone are skipped and named; the rest stays', async () => {
    const reserved =
      '/* Copyright 2015 Example. Proprietary and confidential.\n' +
      ' * Unauthorized copying of this file is strictly prohibited. */\n';
    const found = await admit({
      LICENSE: mit,
      'main.c': 'int a;\n',
      'src/filter.c': gpl,
      'src/prop.c': reserved,
      'src/spdx.c': '/* SPDX-License-Identifier: GPL-2.0-or-later */\n',
    });
    expect(found.admitted).toEqual(['LICENSE', 'main.c']);
    expect(found.skipped).toEqual(
      ['src/filter.c', 'src/prop.c', 'src/spdx.c'].map((path) => ({ path, reason: 'licence' })),
    );
    expect(found.licence).toEqual({
      expression: 'MIT',
      evidence: [
        { path: 'LICENSE', identifier: 'MIT', score: 1 },
        { path: 'src/filter.c', identifier: 'GPL-2.0-only', score: 1 },
        { path: 'src/prop.c', identifier: 'LicenseRef-stated', score: 1 },
        { path: 'src/spdx.c', identifier: 'GPL-2.0-or-later', score: 1 },
      ],
    });
  });

  test('what R writes is read, and a LICENSE that names only the holder is no text', async () => {
    const found = await admit({
      DESCRIPTION: 'Package: a\nLicense: MIT + file LICENSE\n',
      LICENSE: 'YEAR: 2020\nCOPYRIGHT HOLDER: Ann\n',
      'R/a.R': 'f <- 1\n',
      'other/DESCRIPTION': 'Package: b\nLicense: GPL (>= 2)\n',
      'other/R/b.R': 'g <- 1\n',
    });
    expect(found.licence.expression).toBe('MIT');
    expect(found.admitted).toEqual(['DESCRIPTION', 'LICENSE', 'R/a.R']);
  });

  test('a folder with its own licence is left out, its text is evidence', async () => {
    const found = await admit({
      LICENSE: mit,
      'a.ts': 'let a;\n',
      'ee/LICENSE': 'The Example Enterprise License. You need a subscription.\n',
      'ee/b.ts': 'let b;\n',
      'ee/mit.ts': '// SPDX-License-Identifier: MIT\n',
      'packages/c/package.json': '{"license": "GPL-3.0"}',
      'packages/c/c.js': 'let c;\n',
    });
    expect(found.admitted).toEqual(['LICENSE', 'a.ts', 'ee/mit.ts']);
    expect(found.licence.expression).toBe('MIT');
    expect(found.licence.evidence).toContainEqual({
      path: 'ee/LICENSE',
      identifier: 'LicenseRef-unrecognised',
      score: 0,
    });
  });

  test.each(['gpl-3.0.txt', 'COPYING.GPLv3', 'LICENSE.GPL', 'GPL-LICENSE', 'licenses/GPL-3.0.txt'])(
    '%s below the root speaks of its folder alone',
    async (name) => {
      const found = await admit({
        LICENSE: mit,
        'a.ts': 'let a;\n',
        [`sub/${name}`]: 'GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n',
        'sub/b.ts': 'let b;\n',
        'sub/deep/c.ts': 'let c;\n',
        'sub/deep/mit.ts': '// SPDX-License-Identifier: MIT\n',
      });
      expect(found.admitted).toEqual(['LICENSE', 'a.ts', 'sub/deep/mit.ts']);
      expect(found.licence.expression).toBe('MIT');
      expect(found.licence.evidence).toContainEqual(
        expect.objectContaining({ path: `sub/${name}`, identifier: 'GPL-3.0-only' }),
      );
    },
  );

  test('texts below the root are read as those of the root are', async () => {
    const found = await admit({
      LICENSE: mit,
      'choice/LICENSE-MIT': mit,
      'choice/LICENSE-GPL': 'GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\n',
      'choice/Cargo.toml': 'license = "MIT OR GPL-2.0"\n',
      'choice/a.rs': 'fn a() {}\n',
      'named/LICENSE': 'SPDX-License-Identifier: MIT\n',
      'named/a.rs': 'fn a() {}\n',
      'listed/LICENSE': mit,
      'listed/licenses/GPL-3.0.txt': 'GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n',
      'listed/a.rs': 'fn a() {}\n',
    });
    expect(found.skipped).toEqual([]);
  });

  test('a file of which nobody says anything is left out, whatever others say of themselves', async () => {
    const found = await admit({
      'a.ts': 'let a;\n',
      'b.ts': '// SPDX-License-Identifier: MIT\nlet b;\n',
      'lib/LICENSE': mit,
      'lib/c.ts': 'let c;\n',
    });
    expect(found.admitted).toEqual(['b.ts', 'lib/LICENSE', 'lib/c.ts']);
    expect(found.skipped).toEqual([{ path: 'a.ts', reason: 'licence' }]);
    expect(found.licence.expression).toBe('MIT');
  });

  test('a package called licenses licenses none of its neighbours', async () => {
    const found = await admit({
      'packages/licenses/LICENSE': mit,
      'packages/licenses/package.json': '{"license": "MIT"}',
      'packages/licenses/a.ts': 'let a;\n',
      'packages/b/b.ts': 'let b;\n',
    });
    expect(found.skipped).toEqual([{ path: 'packages/b/b.ts', reason: 'licence' }]);
  });

  test('what the code host says holds for files that say nothing', async () => {
    const hosted = { host: 'github.com', id: '1', name: 'a/r', licence: 'MIT', fork: false };
    const files = { 'a.ts': 'let a;\n', 'b.ts': '// SPDX-License-Identifier: MIT\n' };
    expect((await admit(files, knobs, hosted)).admitted).toEqual(['a.ts', 'b.ts']);
    const refusing = { ...hosted, licence: 'GPL-3.0' };
    await expect(admit(files, knobs, refusing)).rejects.toMatchObject({ code: 'LICENCE_REFUSED' });
  });

  test('a licence that is there and cannot be read is none that is known', async () => {
    const files = { 'package.json': '{"license":"MIT"}', 'a.ts': 'let a;\n' };
    const large = { ...files, LICENSE: `${mit}\n`.repeat(1_200) };
    await expect(admit(large)).rejects.toMatchObject({ code: 'LICENCE_REFUSED' });
    await expect(admit({ ...files, LICENSE: 'a\0b' })).rejects.toMatchObject({
      code: 'LICENCE_REFUSED',
    });
    const below = await admit({ ...files, 'sub/LICENSE': 'a\0b', 'sub/b.ts': 'let b;\n' });
    expect(below.admitted).toEqual(['a.ts', 'package.json']);
  });

  test('copies of other projects, where they are admitted, have their own licence', async () => {
    const config = admitKnobs.parse({ licences: 'permissive', vendored: 'admit' });
    const found = await admit(
      {
        LICENSE: mit,
        'vendor/a/LICENSE': 'GNU GENERAL PUBLIC LICENSE\nVersion 2, June 1991\n',
        'vendor/a/a.c': 'int a;\n',
        'vendor/b/b.c': 'int b;\n',
      },
      config,
    );
    expect(found.admitted).toEqual(['LICENSE', 'vendor/b/b.c']);
  });

  test('a condition behind WITH is no exception', async () => {
    const admitted = (license: string) =>
      admit({ 'package.json': JSON.stringify({ license }), 'a.js': 'let a;\n' });
    expect((await admitted('Apache-2.0 WITH LLVM-exception')).admitted).toHaveLength(2);
    for (const expression of ['MIT WITH Commons-Clause', 'Apache-2.0 WITH Commons-Clause-1.0'])
      await expect(admitted(expression)).rejects.toMatchObject({ code: 'LICENCE_REFUSED' });
  });

  test.each([
    ['a.py', '__license__: str = "GPL"\n'],
    ['a.py', 'LICENSE = "GPL-3.0"\n'],
    ['a.lua', 'local m = {\n  _LICENSE = [[ GNU General Public License v3 ]],\n}\n'],
    ['a.js', 'export const LICENSE = "CC-BY-NC-4.0";\n'],
    ['a.js', '/** @license GPL */\nlet a;\n'],
    ['a.svg', `<svg><cc:license rdf:resource="${commons}by-nc/4.0/"/></svg>`],
    ['a.svg', '<svg><dc:rights><dc:title>GPL v3</dc:title></dc:rights></svg>'],
    ['a.html', `<p><a rel="license" href="${commons}by-sa/4.0/">terms</a></p>`],
  ])('%s that states %j is left out', async (path, text) => {
    expect((await admit({ LICENSE: mit, [path]: text })).admitted).toEqual(['LICENSE']);
  });

  test.each([
    ['a.py', 'LICENSE = "MIT"\n'],
    ['a.js', 'const LICENSE = "GPL3-7F2A-99C1";\n'],
    ['a.js', "const LICENSE = 'license-1';\nconst licence = 'GPL-3.0';\n"],
    ['a.bb', 'LICENSE = "GPL-2.0-only"\n'],
    [
      'a.svg',
      `<svg><cc:license rdf:resource="${commons.replace('licenses', 'publicdomain')}zero/1.0/"/></svg>`,
    ],
    [
      'a.svg',
      '<svg><cc:license rdf:resource=""/><dc:rights><dc:title>Ann</dc:title></dc:rights></svg>',
    ],
  ])('%s that states %j stays', async (path, text) => {
    expect((await admit({ LICENSE: mit, [path]: text })).admitted).toContain(path);
  });

  test.each([
    ['UTF-16', Buffer.from(`\uFEFF${mit}`, 'utf16le')],
    ['UTF-16 with the high byte first', Buffer.from(`\uFEFF${mit}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(mit, 'utf16le')],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${mit}`)],
    ['Latin-1', Buffer.from(`Copyright (c) 2024 Jürgen Müller ©\n\n${mit}`, 'latin1')],
    ['line ends of old Macs', Buffer.from(mit.replaceAll('\n', '\r'))],
  ])('a licence in %s counts', async (_name, text) => {
    expect((await admit({ LICENSE: text, 'a.c': 'int a;\n' })).licence.expression).toBe('MIT');
  });

  test('a repository that states nothing, or something of its own, is refused', async () => {
    const refused = { code: 'LICENCE_REFUSED' };
    await expect(admit({ 'a.c': 'int a;\n' })).rejects.toMatchObject(refused);
    await expect(admit({ LICENSE: 'Ask us.', 'a.c': '' })).rejects.toMatchObject(refused);
    await expect(admit({ 'package.json': '{"license":"Ours"}' })).rejects.toMatchObject(refused);
  });
});

test('a list of licences is understood in any case and in the older forms of SPDX', async () => {
  const config = admitKnobs.parse({ licences: ['mit', 'GPL-2.0'] });
  const found = await admit({ LICENSE: mit, 'a.c': gpl }, config);
  expect(found.admitted).toEqual(['LICENSE', 'a.c']);
});

test('where licences are only recorded, a notice counts for the repository', async () => {
  const found = await admit({ LICENSE: mit, 'a.c': gpl }, admitKnobs.parse({}));
  expect(found.admitted).toEqual(['LICENSE', 'a.c']);
  expect(found.licence.expression).toBe('MIT AND GPL-2.0-only');
});

test('a glob of a licence file that would be matched for ever is matched in a moment', async () => {
  const glob = '*a'.repeat(60);
  const path = `${'a'.repeat(90)}.c`;
  const annotation = `version = 1\n[[annotations]]\npath = "${glob}"\n`;
  const found = await admit({
    LICENSE: mit,
    'REUSE.toml': `${annotation}SPDX-License-Identifier = "GPL-3.0-only"\n`,
    [path]: 'int a;\n',
  });
  expect(found.admitted).toContain(path);
});
