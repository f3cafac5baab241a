/**
 * The files that `npm run bench -- licences` asks about, each with what is true of it. The truth is
 * what the package declares as one SPDX identifier (npm's `license`, PyPI's `License-Expression` or
 * classifier) or what a file states in its SPDX line; whether that is permissive says the list of
 * the Blue Oak Council. Nothing comes from a tool that is measured.
 */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from '../../../services/stages/admit/archive/unpack.ts';
import { admitKnobs } from '../../../services/stages/admit/config.ts';

export type Group = 'texts' | 'lookalikes' | 'notices';

export interface Case {
  readonly group: Group;
  readonly path: string;
  readonly text: string;
  /** The declared identifier, or what was added to it. */
  readonly declared: string;
  readonly isPermissive: boolean;
}

interface Released {
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export type Permissive = (identifier: string) => boolean;

const textName = /^(?:(?:un)?licen[cs]e|copying)(?:\.(?:md|txt|rst))?$/i;

/** Licence files of packages that have one and declare one licence, and lookalikes of them. */
export async function readTexts(folder: string, isPermissive: Permissive): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const { name, files } of releasedIn(folder, saysLicence)) {
    const declared = declaredBy(files);
    const texts = files.filter(({ path }) => isText(path));
    const [only] = texts;
    if (declared === null || only === undefined || texts.length > 1) continue;
    const path = `${name}/${only.path.split('/').at(-1)}`;
    const permissive = isPermissive(declared);
    cases.push({ group: 'texts', path, text: only.text, declared, isPermissive: permissive });
  }
  return [...cases, ...debianTexts(isPermissive), ...lookalikesOf(cases)];
}

function saysLicence(path: string): boolean {
  return isText(path) || path === 'package.json' || /^[^/]+\.dist-info\/METADATA$/.test(path);
}

/** The packages, each with the files that are wanted of it. */
async function* releasedIn(
  folder: string,
  isWanted: (path: string) => boolean,
): AsyncGenerator<Released> {
  const limits = admitKnobs.parse({});
  for (const name of readdirSync(folder).sort()) {
    if (!/\.(?:tgz|whl)$/.test(name)) continue;
    const format = name.endsWith('.tgz') ? 'tgz' : 'zip';
    const { files } = await unpack(readFileSync(join(folder, name)), format, limits);
    const texts = files
      .filter(({ path }) => isWanted(path))
      .map(({ path, bytes }) => ({ path, text: bytes.toString('utf8') }));
    yield { name: name.replace(/\.(?:tgz|whl)$/, ''), files: texts };
  }
}

function isText(path: string): boolean {
  const parts = path.split('/');
  const isPlace = parts.length === 1 || /\.dist-info$/.test(parts[0] ?? '');
  return isPlace && textName.test(parts.at(-1) ?? '');
}

const identifier = /^[A-Za-z0-9][A-Za-z0-9.+-]*$/;

/** One SPDX identifier, or null for an expression, a reference to a file, or nothing. */
function declaredBy(files: Released['files']): string | null {
  const npm = files.find(({ path }) => path === 'package.json');
  if (npm !== undefined) {
    const { license } = JSON.parse(npm.text) as { readonly license?: unknown };
    return typeof license === 'string' ? plain(license) : null;
  }
  const metadata = files.find(({ path }) => /^[^/]+\.dist-info\/METADATA$/.test(path));
  const head = metadata?.text.split(/\r?\n\r?\n/)[0] ?? '';
  const expression = /^License-Expression: *(.+?)\s*$/m.exec(head)?.[1];
  if (expression !== undefined) return plain(expression);
  const named = [...head.matchAll(/^Classifier: License :: OSI Approved :: (.+?)\s*$/gm)];
  const [, name = ''] = named[0] ?? [];
  return named.length === 1 ? (classifiers[name] ?? null) : null;
}

function plain(license: string): string | null {
  return identifier.test(license) && license !== 'UNLICENSED' ? license : null;
}

/** Classifiers that mean one licence, or of which all versions are the same in this respect. */
const classifiers: Readonly<Record<string, string>> = {
  'MIT License': 'MIT',
  'BSD License': 'BSD-3-Clause',
  'Apache Software License': 'Apache-2.0',
  'ISC License (ISCL)': 'ISC',
  'Python Software Foundation License': 'PSF-2.0',
  'Zope Public License': 'ZPL-2.1',
  'The Unlicense (Unlicense)': 'Unlicense',
  'Mozilla Public License 2.0 (MPL 2.0)': 'MPL-2.0',
  'GNU General Public License (GPL)': 'GPL-2.0-or-later',
  'GNU General Public License v2 (GPLv2)': 'GPL-2.0-only',
  'GNU General Public License v2 or later (GPLv2+)': 'GPL-2.0-or-later',
  'GNU General Public License v3 (GPLv3)': 'GPL-3.0-only',
  'GNU General Public License v3 or later (GPLv3+)': 'GPL-3.0-or-later',
  'GNU Lesser General Public License v2 or later (LGPLv2+)': 'LGPL-2.1-or-later',
  'GNU Lesser General Public License v3 (LGPLv3)': 'LGPL-3.0-only',
  'GNU Lesser General Public License v3 or later (LGPLv3+)': 'LGPL-3.0-or-later',
  'GNU Library or Lesser General Public License (LGPL)': 'LGPL-2.1-or-later',
  'GNU Affero General Public License v3': 'AGPL-3.0-only',
  'GNU Affero General Public License v3 or later (AGPLv3+)': 'AGPL-3.0-or-later',
};

/** The texts that Debian keeps, by the names that it gives them; none on another system. */
function debianTexts(isPermissive: Permissive): Case[] {
  const folder = '/usr/share/common-licenses';
  if (!existsSync(folder)) {
    console.error(`SKIPPED: ${folder}: not a Debian system`);
    return [];
  }
  const names: Readonly<Record<string, string>> = {
    BSD: 'BSD-3-Clause',
    Artistic: 'Artistic-1.0-Perl',
  };
  return readdirSync(folder)
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .map((name) => {
      const declared = names[name] ?? name;
      const text = readFileSync(join(folder, name), 'utf8');
      const path = `debian-${name}/LICENSE`;
      return { group: 'texts', path, text, declared, isPermissive: isPermissive(declared) };
    });
}

/** Published conditions that make a permissive text another licence. */
const riders: readonly string[] = [
  'The Software shall be used for Good, not Evil.',
  `"Commons Clause" License Condition v1.0

The Software is provided to you by the Licensor under the License, as defined below, subject to
the following condition. Without limiting other conditions in the License, the grant of rights
under the License will not include, and the License does not grant to you, the right to Sell the
Software.`,
  'This software may be used for non-commercial purposes only.',
  'Commercial use requires a separate license from the copyright holder.',
  'The Software may not be used by individuals, corporations, governments, or other groups for ' +
    'systems or activities that actively and knowingly endanger, harm, or otherwise threaten the ' +
    'physical, mental, economic, or general well-being of individuals or groups.',
  'Use of the Software for the training of machine learning models is prohibited.',
  'Redistribution of the Software, in source or binary form, is not permitted without prior ' +
    'written consent.',
  'The Software may only be used for academic research and teaching.',
  'You may not provide the Software to third parties as a hosted or managed service.',
  'This license is granted for evaluation purposes only and terminates after thirty (30) days.',
  'Any derivative work must be distributed under this same license, including its complete ' +
    'source code.',
  'Organizations with more than 100 employees must obtain a commercial license.',
  'Permission is not granted to military or law enforcement agencies.',
];

/** Each rider behind, or before, one of the permissive texts in turn. */
function lookalikesOf(texts: readonly Case[]): Case[] {
  const bases = ['MIT', 'BSD-3-Clause', 'Apache-2.0', 'ISC'].flatMap((name) =>
    texts.filter(({ declared, text }) => declared === name && text.length < 14_000).slice(0, 3),
  );
  return riders.flatMap((rider, row) =>
    Array.from({ length: 4 }, (_, column) => {
      const base = bases[(row + column * 3) % Math.max(1, bases.length)];
      if (base === undefined) return [];
      const text = column % 2 === 0 ? `${base.text}\n\n${rider}\n` : `${rider}\n\n${base.text}`;
      const path = `rider-${row}-${column}/LICENSE`;
      const declared = `${base.declared} and: ${rider.slice(0, 50)}`;
      return [{ group: 'lookalikes' as const, path, text, declared, isPermissive: false }];
    }).flat(),
  );
}

const perPackage = 60;
const spdxLine = /^.*SPDX-License-Identifier:[ \t]*([\w.+() -]+?)[ \t]*(?:\*\/|-->)?[ \t]*$/m;
/** A file whose head says something of licences beside its SPDX line. */
const saysMore = /licen[cs]ed? under|licen[cs]e v|public licen[cs]e|permission is hereby/i;

/**
 * Source files with a notice and an SPDX line: the line is the truth, and is taken out.
 * Each wording counts once in a package.
 */
export async function readNotices(folder: string, isPermissive: Permissive): Promise<Case[]> {
  const cases: Case[] = [];
  for await (const { name, files } of releasedIn(folder, isSource)) {
    const own = files.flatMap(({ path, text }) => noticeOf(`${name}/${path}`, text, isPermissive));
    const wordings = new Map(own.map((each) => [wordingOf(each), each]));
    cases.push(...[...wordings.values()].slice(0, perPackage));
  }
  return cases;
}

/** The declared licence and the line that speaks of one, without names and years. */
function wordingOf({ declared, text }: Case): string {
  const line = text.split('\n').find((each) => saysMore.test(each)) ?? '';
  return `${declared} ${line.toLowerCase().replace(/[^a-z]+/g, ' ')}`;
}

function isSource(path: string): boolean {
  return /\.(?:py|js|ts|c|h|go|java|rs|sh|ps1|ya?ml)$/.test(path);
}

function noticeOf(path: string, text: string, isPermissive: Permissive): Case[] {
  const head = text.slice(0, 3000);
  const [line, declared = ''] = spdxLine.exec(head) ?? [];
  if (line === undefined || !identifier.test(declared)) return [];
  const rest = text.replace(line, '');
  if (!saysMore.test(rest.slice(0, 700)) || rest.includes('SPDX-License-Identifier')) return [];
  return [{ group: 'notices', path, text: rest, declared, isPermissive: isPermissive(declared) }];
}
