/**
 * Golden: what discover and admit make of a fixed tree, beside their versions. A difference here
 * changes what users get for the same input: raise the version of the stage in topology.ts, state
 * the reason in the commit, and run with BACKSTORY_GOLDEN=write to record it.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { graph } from '../../schemas/topology.ts';
import { canonicalJson, sha256 } from '../../services/runtime/ids.ts';
import { admitArchive } from '../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../services/stages/admit/config.ts';
import { discoverKnobs } from '../../services/stages/discover/config.ts';
import { packSource } from '../../services/stages/discover/pack-source.ts';
import { writeFiles } from '../samples/write-files.ts';

const path = new URL('admission.json', import.meta.url);
const random = 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo';
const mit = 'Permission is hereby granted, free of charge, to any person obtaining a copy';

/** Something for each decision: what is left out, skipped, redacted, and evidence of a licence. */
const tree: Readonly<Record<string, string | Buffer>> = {
  '.gitignore': 'build/\n*.log\n',
  LICENSE: `MIT License\n\n${mit}\n`,
  COPYING: Buffer.from(`© Jürgen Müller\n\n${mit}\n`, 'latin1'),
  'README.md': '# tiny\n\nLicensed under the GPL-2.0. It uses bar, which is under the EPL-2.0.\n',
  'package.json': '{"name": "tiny", "license": "LGPL-2"}\n',
  'build/kept.js': 'export const kept = 1;\n',
  'src/mail.js': 'const to = "ann.lee@mail-host.org";\nconst url = "/u/ann.lee%40mail-host.org";\n',
  'src/spelt.md': 'ann.lee (at) mail-host (dot) org\n',
  'src/call.py': `db.connect("db.mail-host.org", "root", password="${random.slice(0, 12)}")\n`,
  'src/pieces.js': `const apiToken = "${random.slice(0, 18)}" +\n  "${random.slice(18)}";\n`,
  'src/headers.kt': `val headers = mapOf("X-Auth-Token" to "${random}")\n`,
  'src/net.py': 'HOSTS = ["81.169.145.90", "2a02:8109:9f3f::5c6d", "10.0.0.1"]\n',
  'src/key.py': `API_TOKEN = "${random}"\n`,
  'src/old-mac.c': 'int a;\rint b;\r',
  'src/image.bin': 'a\0b',
  'src/min.js': `${'a'.repeat(5_000)}\n`,
  'node_modules/x/index.js': 'module.exports = 1;\n',
  'vendor/y/y.go': 'package y\n',
  'deps/clone/.git/HEAD': 'ref: refs/heads/main\n',
  'deps/clone/a.py': 'a = 1\n',
  'out/run.json': '{}\n',
  'out/manifest/0.json': '{}\n',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-golden-'));
  writeFiles(folder, tree);
  symlinkSync('LICENSE', join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('discover and admit make the same of a tree until their version is raised', async () => {
  const limits = { ...discoverKnobs.parse({}), outputFolder: null };
  const spec = { kind: 'folder', name: 'tiny', origin: 'tiny', path: folder } as const;
  const { archive, contentSha256, treeSha256, format } = await packSource(spec, limits);
  const source = { name: 'tiny', origin: 'tiny', format, archive };
  const { files, skipped, licence, found } = await admitArchive(source, admitKnobs.parse({}));
  const hashes = { contentSha256, treeSha256 };
  const texts = files.map(({ path, sha256: hash, redactions }) => ({ path, hash, redactions }));
  const admitted = { files: texts, skipped, licence, found };
  const made = {
    discover: { version: graph.discover.version, archive: sha256(archive), ...hashes },
    admit: { version: graph.admit.version, sha256: sha256(canonicalJson(admitted)), admitted },
  };
  if (process.env.BACKSTORY_GOLDEN === 'write') {
    writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
  }
  expect(made).toEqual(JSON.parse(readFileSync(path, 'utf8')));
});
