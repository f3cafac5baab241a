/** Reads the path that a shell script sources, as far as the text of the script states it. */
import type { SyntaxNode } from '../../syntax/syntax-node.ts';

export interface SourcedPath {
  readonly specifier: string;
  /** `own`: relative to the script's own folder; `computed`: known only when the script runs. */
  readonly detail: '' | 'own' | 'computed';
}

/** Placeholder for the script's own folder; no path holds a NUL. */
const ownFolder = '\0';
const replacedMax = 16;

/** Returns name to value of the variables that the script sets to one value only. */
export function readAssignments(root: SyntaxNode): Map<string, string> {
  const values = new Map<string, string>();
  const several = new Set<string>();
  for (const node of root.descendantsOfType('variable_assignment')) {
    // `NAME=value command` sets the variable for that command only.
    if (node.parent?.type === 'command') continue;
    const name = node.childForFieldName('name')?.text ?? '';
    const value = node.childForFieldName('value')?.text ?? '';
    if (values.has(name) && values.get(name) !== value) several.add(name);
    values.set(name, value);
  }
  for (const name of several) values.delete(name);
  return values;
}

export function sourcedPath(text: string, values: ReadonlyMap<string, string>): SourcedPath {
  let path = text;
  for (let round = 0; round < replacedMax; round += 1) {
    const next = replaceFolder(replaceVariables(replaceFolder(path), values));
    if (next === path || next.length > 2000) break;
    path = next;
  }
  path = path.replaceAll(/["']/g, '').replaceAll(/\\(.)/g, '$1');
  if (/[$`*?[\]{}()]/.test(path) || path.lastIndexOf(ownFolder) > 0) {
    return { specifier: text.slice(0, 200), detail: 'computed' };
  }
  if (!path.startsWith(ownFolder)) return { specifier: path, detail: '' };
  return { specifier: path.slice(1).replace(/^\/+/, ''), detail: 'own' };
}

const isDollarZero = String.raw`0|\{0\}`;
const isBashSource = String.raw`\{?BASH_SOURCE(?:\[0\])?\}?`;
const isEither = String.raw`\{BASH_SOURCE:-\$0\}|\{BASH_SOURCE\[0\]:-\$0\}`;
/** Ways to write the path of the script itself. */
const script = String.raw`"?\$(?:${isDollarZero}|${isBashSource}|${isEither})"?`;
const options = String.raw`(?:\s+-\w+)*`;
const resolving = String.raw`(?:readlink|realpath|greadlink)${options}\s+(?:--\s+)?`;
const resolved = String.raw`(?:${script}|"?\$\(\s*${resolving}${script}\s*\)"?)`;
/** Ways to write the folder of the script itself. */
const folders = [
  String.raw`\$\{(?:0|BASH_SOURCE(?:\[0\])?)%/\*\}`,
  String.raw`\$\{0:[ah]+:?h?\}`,
  String.raw`"?\$\(\s*dirname\s+(?:--\s+)?${resolved}\s*\)"?`,
  `"?\`\\s*dirname\\s+(?:--\\s+)?${script}\\s*\`"?`,
].map((source) => new RegExp(source, 'g'));

const plainPath = '"?([^"$`()&;|<>\\s]*)"?';
const changing = String.raw`(?:builtin\s+)?(?:cd|pushd)\s+(?:-\w+\s+|--\s+)*`;
const silenced = String.raw`(?:\s*[12&]*>\s*[&\w/]+)*`;
const andThen = String.raw`(?:&&|;|\|\|\s*exit[^;]*;)`;
const printing = String.raw`(?:builtin\s+)?pwd(?:\s+-\w)?`;
/** Commands that only make a path absolute, such as `$(cd FOLDER && pwd)`. */
const absolute = [
  String.raw`${changing}${plainPath}${silenced}\s*${andThen}\s*${printing}`,
  String.raw`(?:readlink|realpath)${options}\s+${plainPath}`,
].map((command) => new RegExp(String.raw`"?\$\(\s*${command}\s*\)"?`, 'g'));
const parent = /"?\$\(\s*dirname\s+(?:--\s+)?"?(\0[^"$`()&;|<>\s]*)"?\s*\)"?/g;

function replaceFolder(text: string): string {
  let path = text;
  for (const folder of folders) path = path.replaceAll(folder, ownFolder);
  for (const wrapper of absolute) {
    path = path.replaceAll(wrapper, (whole, inner: string) =>
      inner.startsWith(ownFolder) ? inner : whole,
    );
  }
  return path.replaceAll(parent, '$1/..');
}

/** `$NAME`, `${NAME}`, and `${NAME:-default}`, whose default holds while `NAME` is unset. */
const variable = /\$(?:\{(\w+)(?::?[-=]([^${}`]*))?\}|(\w+))/g;

function replaceVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(variable, (whole, braced?: string, byDefault?: string, plain?: string) => {
    const name = braced ?? plain ?? '';
    const value = values.get(name) ?? '';
    const isOwnDefault = value.startsWith(`\${${name}:`) || value.startsWith(`"\${${name}:`);
    const chosen = value === '' || (byDefault !== undefined && isOwnDefault) ? byDefault : value;
    return chosen === undefined || chosen === '' ? whole : unquoted(chosen);
  });
}

function unquoted(value: string): string {
  return value.replace(/^(["'])([\s\S]*)\1$/, '$2');
}
