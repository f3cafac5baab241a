/** Reads licences from package metadata as text; no file of a repository is ever executed. */
import { type LicenceExpression, licence } from '../expression.ts';
import { anyOf, fromName, stated } from '../statement.ts';
import { bothOf, type Said, together, withClassifiers } from './said.ts';

/** Returns the licence that a metadata file states; null if it states none. */
export function readMetadataLicence(path: string, text: string): LicenceExpression | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const reader = readers.find((candidate) => candidate.name.test(name));
  return reader?.read(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')) ?? null;
}

interface MetadataReader {
  readonly name: RegExp;
  readonly read: (text: string) => LicenceExpression | null;
}

const readers: readonly MetadataReader[] = [
  {
    name: /^(?:package|composer|bower|component|jsr|deno|elm|haxelib|vcpkg|codemeta|META)\.json$/,
    read: readJson,
  },
  { name: /^deno\.jsonc$/, read: field(String.raw`^[ \t]*"license"[ \t]*:`) },
  { name: /^Cargo\.toml$/, read: field(String.raw`^(?:package\.)?license[ \t]*=`) },
  { name: /^(?:Project|book|theme)\.toml$/, read: field(String.raw`^license[ \t]*=`) },
  { name: /^pyproject\.toml$/, read: readPyproject },
  { name: /^setup\.(?:cfg|py)$/, read: readSetup },
  { name: /^(?:PKG-INFO|METADATA)$/, read: readPackageInformation },
  { name: /^pom\.xml$/, read: readPom },
  { name: /\.(?:gemspec|podspec)$/, read: readGemspec },
  { name: /\.(?:cs|fs|vb)proj$|^Directory\.Build\.props$|\.nuspec$/, read: readNuget },
  { name: /^package\.xml$/, read: element('license') },
  { name: /\.(?:cabal|spec)$/, read: readControlField },
  { name: /^DESCRIPTION$/, read: readDescription },
  { name: /^copyright$/, read: readControlField },
  {
    name: /^(?:package|snapcraft|META|galaxy)\.ya?ml$|^META\.yml$|^CITATION\.cff$/,
    read: readYamlField,
  },
  // Conda's recipes indent it below `about`.
  {
    name: /^(?:meta|recipe)\.ya?ml$/,
    read: (text) => readYamlField(text.replace(/^[ \t]+(?=license:)/gm, '')),
  },
  { name: /\.opam$|^v\.mod$|^conanfile\.py$/, read: field(String.raw`^[ \t]*license[ \t]*[:=]`) },
  { name: /\.(?:nimble|rockspec)$/, read: field(String.raw`^[ \t]*license[ \t]*=`) },
  { name: /^meson\.build$/, read: field(String.raw`\blicense[ \t]*:`) },
  {
    name: /^(?:mix\.exs|rebar\.config)$|\.app\.src$/,
    read: field(String.raw`\blicenses\b[:, \t]{0,40}`),
  },
  {
    name: /^build\.(?:sbt|gradle|gradle\.kts)$/,
    read: field(String.raw`\blicenses?[ \t]*[:+=({]+`),
  },
  {
    name: /^dune-project$/,
    read: (text) => anyOf(captures(text, /\(license[ \t]+([^()\n]{1,100})\)/g)),
  },
  { name: /^(?:Makefile|Build)\.PL$|^dist\.ini$/, read: readPerl },
];

/** Where metadata says in which file the licence's text is. */
const textFiles: readonly (readonly [name: RegExp, file: RegExp])[] = [
  [/^(?:package|composer|bower)\.json$/, /"license"\s*:\s*"SEE LICEN[CS]E IN ([^"\n]{1,200})"/gi],
  [/^Cargo\.toml$/, /^license-file[ \t]*=[ \t]*"([^"\n]{1,200})"/gm],
  [/^pyproject\.toml$/, /^license[ \t]*=[ \t]*\{[ \t]*file[ \t]*=[ \t]*["']([^"'\n]{1,200})["']/gm],
  [/\.nuspec$/, /<license type="file">([^<]{1,400})<\/license>/g],
  [
    /\.(?:cs|fs|vb)proj$|^Directory\.Build\.props$/,
    /<PackageLicenseFile>([^<]{1,400})<\/PackageLicenseFile>/g,
  ],
];

/** Whether metadata of that name may say which file holds the licence's text. */
export function mayNameText(path: string): boolean {
  return !path.includes('/') && textFiles.some(([name]) => name.test(path));
}

/** Returns the paths of the files that metadata at the root names as the licence's text. */
export function namedTexts(path: string, text: string): readonly string[] {
  if (!mayNameText(path)) return [];
  return textFiles.flatMap(([name, file]) =>
    name.test(path)
      ? captures(text, file).map((named) => named.replace(/\\/g, '/').replace(/^\.\//, ''))
      : [],
  );
}

function captures(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]?.trim() ?? '');
}

/** Returns a reader of the quoted value after a key; a list in brackets is a choice. */
function field(key: string): (text: string) => LicenceExpression | null {
  const pattern = new RegExp(
    String.raw`${key}[ \t]*(\[[^\]]{0,500}\]|["'][^"'\n]{1,200}["'])`,
    'm',
  );
  return (text) => {
    const value = pattern.exec(text)?.[1] ?? '';
    return anyOf(captures(value, /["']([^"'\n]{1,200})["']/g));
  };
}

function element(name: string): (text: string) => LicenceExpression | null {
  const pattern = new RegExp(String.raw`<${name}\b[^<>]{0,400}>([^<]{1,400})</${name}>`, 'g');
  return (text) => together(captures(text, pattern));
}

function readJson(text: string): LicenceExpression | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // A damaged package.json states nothing.
    return null;
  }
  const { license, licenses } = (parsed ?? {}) as { license?: unknown; licenses?: unknown };
  const saysOf = (field: unknown): Said => {
    const values = [field].flat().flatMap((value) => {
      const named = value as { type?: unknown; name?: unknown } | null | undefined;
      const type = named?.type ?? named?.name ?? value;
      return typeof type === 'string' ? [type] : [];
    });
    // In npm's old form and in Composer's, a list of licences means a choice.
    return { values, expression: anyOf(values) };
  };
  return bothOf(saysOf(license), saysOf(licenses));
}

function readPyproject(text: string): LicenceExpression | null {
  const values = captures(
    text,
    /^license[ \t]*=[ \t]*(?:\{[ \t]*text[ \t]*=[ \t]*)?["']([^"'\n]{1,100})["']/gm,
  );
  return withClassifiers(values, classifiers(text));
}

function readSetup(text: string): LicenceExpression | null {
  const key = String.raw`license(?:_expression)?[ \t]*=[ \t]*(?![ \t])`;
  const bare = new RegExp(String.raw`^[ \t]*${key}["']?([\w.+ ()-]{2,60})["']?,?[ \t]*$`, 'gm');
  const inCall = new RegExp(String.raw`[(,][ \t]*${key}["']([^"'\n]{2,60})["']`, 'g');
  return withClassifiers([...captures(text, bare), ...captures(text, inCall)], classifiers(text));
}

function readPackageInformation(text: string): LicenceExpression | null {
  const head = text.slice(0, text.search(/\n\n/) >>> 0);
  const expression = captures(head, /^License-Expression:[ \t]*(.{1,200})$/gm);
  const values = expression.length > 0 ? expression : captures(head, /^License:[ \t]*(.{1,60})$/gm);
  return withClassifiers(values, classifiers(head));
}

/** Returns the licence classifiers; `OSI Approved` alone names no licence and is left out. */
function classifiers(text: string): readonly string[] {
  return captures(text, /License :: (?:OSI Approved :: )?([^"'\n]{3,80})/g)
    .map((name) => name.trim())
    .filter((name) => name !== 'OSI Approved');
}

function readPom(text: string): LicenceExpression | null {
  const start = text.indexOf('<licenses>');
  const end = text.indexOf('</licenses>', start);
  const block = start === -1 || end === -1 ? '' : text.slice(start, Math.min(end, start + 4_000));
  const values = captures(block, /<name>([^<]{2,400})<\/name>/g);
  // Maven's documentation says that several licences mean a choice.
  return anyOf(values.map((name) => fromName(name) ?? name));
}

/** Reads `s.license = 'MIT'`, `s.licenses = %w[MIT Ruby]`, `s.license = { :type => 'MIT' }`. */
function readGemspec(text: string): LicenceExpression | null {
  const key = String.raw`\.licenses?[ \t]*=[ \t]*`;
  const words = captures(text, new RegExp(String.raw`${key}%[wW][[({<]([^\])}>]{1,200})`, 'g'));
  if (words.length > 0) return anyOf(words.flatMap((list) => list.trim().split(/\s+/)));
  const typed = captures(
    text,
    new RegExp(
      String.raw`${key}\{[^}]{0,200}?:?type(?:'|")?[ \t]*(?:=>|:)[ \t]*["']([^"'\n]{1,100})`,
      'g',
    ),
  );
  return typed.length > 0 ? anyOf(typed) : field(key)(text);
}

function readNuget(text: string): LicenceExpression | null {
  return (
    element('PackageLicenseExpression')(text) ??
    together(captures(text, /<license type="expression">([^<]{1,400})<\/license>/g))
  );
}

/** Reads `License: GPLv2+` in an RPM spec, a Debian copyright file, Cabal or R metadata. */
function readControlField(text: string): LicenceExpression | null {
  const values = captures(text, /^[Ll]icense:[ \t]*([^\n]{1,200})$/gm);
  return together(values);
}

/** Reads R's own forms: `GPL (>= 2) | BSD_3_clause + file LICENSE`. */
function readDescription(text: string): LicenceExpression | null {
  const [value = ''] = captures(text, /^License:[ \t]*([^\n]{1,200})$/gm);
  const choices = value.split('|').map((choice) =>
    choice
      .replace(/\s*\+?\s*file LICEN[CS]E\s*$/i, '')
      .replace(/^\s*BSD_([23])_clause\s*$/i, 'BSD-$1-Clause')
      .replace(/^\s*([AL]?GPL)\s*\(\s*>=?\s*([\d.]+)\s*\)/, '$1-$2+')
      .replace(/^\s*([AL]?GPL)\s*$/, '$1-2+')
      .replace(/\s*\(\s*[>=]=?\s*([\d.]+)\s*\)/, ' $1')
      .trim(),
  );
  return anyOf(choices.filter((choice) => choice !== ''));
}

function readYamlField(text: string): LicenceExpression | null {
  const one = captures(text, /^license:[ \t]*(?![ \t])["']?([^"'\n#[]{1,100}?)["']?[ \t]*$/gm);
  const list =
    /^licen[cs]es?:[ \t]*\n((?:[ \t]*-[ \t]+[^\n]{1,100}\n?){1,20})/m.exec(text)?.[1] ?? '';
  return anyOf([...one, ...captures(list, /-[ \t]+(?![ \t])["']?([^"'\n]{1,100}?)["']?[ \t]*$/gm)]);
}

/** Reads Perl's own licence names; `perl_5` is a choice of Artistic-1.0-Perl and GPL. */
function readPerl(text: string): LicenceExpression | null {
  const value = /^[ \t]*['"]?license['"]?\s{0,80}(?:=>|=)?\s{0,80}['"]?(\w+)['"]?/im
    .exec(text)?.[1]
    ?.toLowerCase();
  if (value === undefined) return null;
  if (/^perl(?:_5)?$/.test(value)) return anyOf(['Artistic-1.0-Perl', 'GPL-1.0-or-later']);
  const names: Readonly<Record<string, string>> = {
    mit: 'MIT',
    bsd: 'BSD-3-Clause',
    apache_2_0: 'Apache-2.0',
    artistic_2: 'Artistic-2.0',
    artistic_2_0: 'Artistic-2.0',
    gpl_2: 'GPL-2.0-only',
    gpl_3: 'GPL-3.0-only',
    lgpl_2_1: 'LGPL-2.1-only',
  };
  const named = names[value];
  return licence(named ?? stated);
}
