/** Facts about keyed files (JSON, TOML, YAML, INI, go.mod, tables): the keys that matter. */
import { inOrder } from '../patterns.ts';
import { baseName, count, joinNames, joinWords, quote, unique } from '../wording.ts';

export function describeData(path: string, code: string): string[] {
  const name = baseName(path).toLowerCase();
  if (name === 'package.json') return describePackage(code);
  if (/\.(?:json|jsonc|json5)$/.test(name)) return describeJson(code);
  if (name === 'go.mod') return describeGoModule(code);
  if (/^requirements.*\.txt$/.test(name)) return describeRequirements(code);
  if (/\.(?:toml|ini|cfg|editorconfig|properties|conf)$/.test(name)) return describeSections(code);
  if (/\.ya?ml$/.test(name)) return describeYaml(code);
  if (/\.(?:csv|tsv)$/.test(name)) return describeTable(code);
  return [];
}

type JsonObject = { readonly [key: string]: unknown };

function parseObject(code: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(code);
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as JsonObject)
      : null;
  } catch {
    // Comments or a list: described from its text instead.
    return null;
  }
}

function keysOf(value: unknown): string[] {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.keys(value)
    : [];
}

/** Keys that name what is loaded, and for whom. */
const entryKeys = ['main', 'module', 'exports', 'browser', 'types', 'umd:main', 'source'];

function describePackage(code: string): string[] {
  const value = parseObject(code);
  if (value === null) return describeJson(code);
  const text = (key: string) => (typeof value[key] === 'string' ? (value[key] as string) : null);
  const version = text('version');
  const main = text('main') ?? text('module');
  const scripts = keysOf(value.scripts);
  const needed = keysOf(value.dependencies);
  const forWork = keysOf(value.devDependencies);
  const bins = keysOf(value.bin);
  const doors = entryKeys.filter((key) => key in value);
  return [
    `The package is called ${quote(text('name') ?? '')}${version === null ? '' : `, version ${version}`}${main === null ? '' : `, and loads ${quote(main)}`}.`,
    scripts.length > 0 ? `Scripts: ${joinNames(scripts, 8)}.` : '',
    needed.length > 0
      ? `At run time it needs ${joinNames(needed, 12)}.`
      : 'It needs nothing at run time.',
    forWork.length > 0 ? `For development it adds ${joinNames(forWork, 10)}.` : '',
    bins.length > 0 ? `Commands installed: ${joinNames(bins)}.` : '',
    doors.length > 0 ? `Who uses it gets in through ${joinNames(doors)}.` : '',
  ].filter((line) => line !== '');
}

function describeJson(code: string): string[] {
  const value = parseObject(code);
  const keys =
    value === null
      ? unique([...code.matchAll(/"([\w$@/.-]{1,40})"\s*:/g)].map((match) => match[1] ?? ''))
      : Object.keys(value);
  if (keys.length === 0) return [];
  const nested = value === null ? [] : keys.filter((key) => keysOf(value[key]).length > 0);
  return [
    `Keys: ${joinNames(keys, 12)}.`,
    ...nested
      .slice(0, 4)
      .map((key) => `Under ${quote(key)} stand ${joinNames(keysOf(value?.[key]), 8)}.`),
  ];
}

function describeGoModule(code: string): string[] {
  const module = /^module\s+(\S+)/m.exec(code)?.[1];
  const version = /^go\s+(\S+)/m.exec(code)?.[1];
  const needs = unique(
    [...code.matchAll(/^\s*(?:require\s+)?([\w.-]+\.[\w.-]+\/\S+)\s+v\S+(?!.*indirect)/gm)].map(
      (match) => match[1] ?? '',
    ),
  );
  return [
    module === undefined
      ? ''
      : `The module path is ${quote(module)}${version === undefined ? '' : ` and the language version ${version}`}.`,
    needs.length > 0 ? `Direct requirements: ${joinNames(needs, 10)}.` : '',
  ].filter((line) => line !== '');
}

function describeRequirements(code: string): string[] {
  const packages = unique(
    [...code.matchAll(/^([A-Za-z][\w.-]*)(?=\s*(?:[=<>~![;]|$))/gm)].map((match) => match[1] ?? ''),
  );
  const pinned = (code.match(/^[\w.[\]-]+==/gm) ?? []).length;
  if (packages.length === 0) return [];
  return [
    `Packages: ${joinNames(packages, 12)}.`,
    ...(pinned > 0 ? [`${pinned} of them are pinned to an exact version.`] : []),
  ];
}

/** A line of TOML that says something about the whole package. */
const scalar = inOrder(
  /^(name|version|edition|description|requires-python|rust-version|build-backend|license)/gm,
  /\s*=\s*["']([^"'\n]{1,80})["']/,
);

function describeSections(code: string): string[] {
  const sections = unique(
    [...code.matchAll(/^\s*\[+([^\]\n]{1,60})\]+/gm)].map((match) => match[1]?.trim() ?? ''),
  );
  const scalars = [...code.matchAll(scalar)];
  const values = scalars
    .filter((match) => match[1] !== 'description')
    .map((match) => `${quote(match[1] ?? '')} is ${match[2] ?? ''}`);
  const dependencies = /^dependencies\s*=\s*\[([^\]]*)\]/m.exec(code)?.[1] ?? '';
  const packages = unique(
    [...dependencies.matchAll(/["']([A-Za-z][\w.-]*)/g)].map((match) => match[1] ?? ''),
  );
  const keys = unique(
    [...code.matchAll(/^\s*([\w.-]{2,40})\s*=/gm)].map((match) => match[1] ?? ''),
  );
  return [
    sections.length > 0 ? `Sections in order: ${joinNames(sections, 12)}.` : '',
    values.length > 0 ? `In it ${joinWords(values, 5)}.` : '',
    packages.length > 0 ? `Required packages: ${joinNames(packages, 10)}.` : '',
    keys.length > 0 ? `Keys set: ${joinNames(keys, 14)}.` : '',
  ].filter((line) => line !== '');
}

function describeYaml(code: string): string[] {
  const top = unique([...code.matchAll(/^([\w.-]+):/gm)].map((match) => match[1] ?? ''));
  const blockOf = (key: string) =>
    new RegExp(`^${key}:\\s*\\n((?:[ \\t]+[^\\n]*\\n|\\s*\\n)*)`, 'm').exec(`${code}\n`)?.[1] ?? '';
  const childrenOf = (key: string) => {
    const block = blockOf(key);
    const indent = /^([ \t]+)\S/m.exec(block)?.[1] ?? '  ';
    return unique(
      [...block.matchAll(new RegExp(`^${indent}([\\w.-]+):`, 'gm'))].map((match) => match[1] ?? ''),
    );
  };
  const uses = unique([...code.matchAll(/\buses:\s*([\w./-]+)/g)].map((match) => match[1] ?? ''));
  const repositories = unique(
    [...code.matchAll(/\brepo:\s*\S*\/([\w.-]+)/g)].map((match) => match[1] ?? ''),
  );
  const parts = top
    .map((key) => ({ key, children: childrenOf(key) }))
    .filter((part) => part.children.length > 0);
  return [
    top.length > 0 ? `Top-level keys: ${joinNames(top, 12)}.` : '',
    ...parts.slice(0, 4).map((part) => `Under ${quote(part.key)}: ${joinNames(part.children, 8)}.`),
    uses.length > 0 ? `Steps reuse ${joinNames(uses, 6)}.` : '',
    repositories.length > 0 ? `Hooks come from ${joinNames(repositories, 6)}.` : '',
  ].filter((line) => line !== '');
}

function describeTable(code: string): string[] {
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  const columns = (lines[0] ?? '').split(/[,\t;]/).map((column) => column.replace(/"/g, '').trim());
  return [
    `The table has ${count(columns.length, 'column')} (${joinNames(columns, 8)}) and ${count(Math.max(0, lines.length - 1), 'row')}.`,
  ];
}
