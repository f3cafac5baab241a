/** Tells from a file's path whether the file holds or states a licence, and what it covers. */
import { isShortLined } from '../line-lengths.ts';

/** Extensions of prose files; a licence text may have one of them or none. */
const prose = String.raw`(?:\.(?:md|markdown|txt|text|rst|adoc|asciidoc|html?|xhtml|textile|rdoc|org|rtf))?$`;

/** Words that may precede `LICENSE`, as in Rails' `MIT-LICENSE`. */
const family = String.raw`(?:(?:mit|gnu|a?gpl|lgpl|apache|bsd|isc|mpl|boost|epl)(?:[-_ ]?v?\d(?:[._]\d)?)?|project|software|source|main)`;
const word = '(?:un)?licen[cs]es?|copying\\d?|copyright';

/** As in licensee and ScanCode: `LICENSE-MIT`, `COPYING.LESSER`, `LICENSE_1_0.txt`. */
const licenceName = named(`(?:${family}[-_. ])?`);
/** At the root, any word may precede `LICENSE`, as in licensee. */
const rootLicenceName = named(String.raw`(?:\w+[-_. ])?`);
const namedText = new RegExp(
  String.raw`^(?:a?gpl|lgpl|apache|mit|bsd|mpl|epl|cc0)(?:[-_ ]?v?\d(?:[._]\d)?)?(?:-clause|-or-later|-only)?${prose}`,
  'i',
);
const mainName = new RegExp(`^(?:${family}[-_. ])?(?:(?:un)?licen[cs]es?|copying)${prose}`, 'i');

/** Names of lists of other projects' licences, and of templates. */
const notOurs = /3rd|third|vendor|dependenc|header|template|checker|report/i;
const notProse =
  /\.(?:json|xml|ya?ml|toml|csv|ini|cfg|svg|png|pdf|spdx|header|lock|gemspec|tmpl|tpl|j2|erb|in)$/i;

const attributionName =
  /^(?:notice|copyright|third[-_]?party[-_]?(?:notices?|licenses?))(?:[._-].*)?$/i;
/** Tables hold people who are owed nothing. */
const table = /\.(?:csv|tsv|xlsx?)$/i;

/** The folder of texts that REUSE prescribes, and its usual variants. */
const textFolder = /^(?:licen[cs]es?|legal)\/[^/]+$/i;

/** Licence files in these folders are test data or belong to examples, not to the work itself. */
const besideTheWork = /(?:^|\/)(?:tests?|__tests__|testdata|fixtures?|spec|examples?|docs?)\//i;

/** Metadata of a built Python package; all other metadata counts only at the root. */
const pythonMetadata = /^[^/]+\.(?:dist|egg)-info\/(?:METADATA|PKG-INFO)$/;

/** Metadata of a package below the root, which may have its own licence. */
const packageFile = new RegExp(
  [
    String.raw`\/(?:package\.json|composer\.json|Cargo\.toml|pyproject\.toml|setup\.cfg|setup\.py|`,
    String.raw`pom\.xml|bower\.json|DESCRIPTION|[^/]+\.(?:gemspec|podspec|cabal|nuspec|csproj|fsproj))$`,
  ].join(''),
);

/** Whether the file attributes authors; their names and addresses must stay. */
export function isAttributionFile(path: string): boolean {
  const name = nameOf(path);
  if (attributionName.test(name)) return !isShortLined(name) && !table.test(name);
  return isLicenceFile(path);
}

/** Whether the file may state the licence of the work, of a folder or of another file. */
export function mayStateLicence(path: string): boolean {
  if (isLicenceFile(path) || isMetadata(path)) return true;
  return isSidecar(path) || isReuseList(path) || packageFile.test(path);
}

/** Whether the file is named like `logo.png.license`, which states the licence of `logo.png`. */
export function isSidecar(path: string): boolean {
  return /[^/]\.license$/.test(path);
}

/** Whether the file is one of the lists in which REUSE states licences of other files. */
function isReuseList(path: string): boolean {
  return /(?:^|\/)REUSE\.toml$/.test(path) || path === '.reuse/dep5';
}

/** Whether the file is a licence text for the work or for a part of it. */
export function isLicenceText(path: string): boolean {
  return isLicenceFile(path) && !isBesideTheWork(path);
}

export function isBesideTheWork(path: string): boolean {
  return besideTheWork.test(path);
}

/**
 * Whether the file lies in a folder of licence texts. Such a text says which licences occur, not
 * which one the work has.
 */
export function isListedText(path: string): boolean {
  return /(?:^|\/)(?:licen[cs]es?|legal)\/[^/]*$/i.test(path);
}

/** Whether the name is a plain one: such a text counts even if no licence is recognised in it. */
export function isPlainName(path: string): boolean {
  return mainName.test(nameOf(path)) && !isListedText(path);
}

/** Folders that hold what is said of a whole package. */
const ofPackage = /^(?:META-INF|[^/]+\.(?:dist|egg)-info)\/$/;

/** Folders below the root that hold the metadata of a package. */
export function packageFolders(paths: readonly string[]): ReadonlySet<string> {
  return new Set(paths.filter((path) => packageFile.test(path)).map(folderOf));
}

/**
 * Returns the folder, with a trailing slash, that a licence text or metadata covers: its own, or
 * the one that has the folder of texts; '' for the whole work. A package may be called `licenses`:
 * its licence is not that of its neighbours.
 */
export function coveredFolder(path: string, packages: ReadonlySet<string>): string {
  if (path === 'debian/copyright') return '';
  const own = folderOf(path);
  const isOfTexts = isListedText(path) && !packages.has(own);
  const folder = isOfTexts ? folderOf(own.slice(0, -1)) : own;
  return ofPackage.test(folder) ? '' : folder;
}

export function isMetadata(path: string): boolean {
  return !path.includes('/') || pythonMetadata.test(path) || path === 'debian/copyright';
}

/** Whether the file is a licence text, wherever it lies. */
export function isLicenceFile(path: string): boolean {
  const name = nameOf(path);
  if (isShortLined(name) || notProse.test(name) || notOurs.test(name)) return false;
  if (licenceName.test(name) || textFolder.test(path)) return true;
  const isAtRoot = !path.includes('/');
  // `docs/apache.md` is about a server; `lib/gpl.txt` and `lib/apache-2.0.txt` are texts.
  if (namedText.test(name)) return isAtRoot || /gpl|\d/i.test(name);
  return isAtRoot && rootLicenceName.test(name);
}

function named(prefix: string): RegExp {
  return new RegExp(`^${prefix}(?:${word}|copyleft|ofl)(?:[-_. ].*)?$`, 'i');
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
