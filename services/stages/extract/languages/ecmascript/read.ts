/** Imports, exports and member uses of a JavaScript or TypeScript file, from its ESTree. */
import {
  addTo,
  type Binding,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
  softness,
  sortedMap,
} from '../../facts/facts.ts';
import { lastValue, readSymbols } from './symbols.ts';
import { type EsNode, nameAt, nodeAt, nodesAt, type OxcResult, stringAt, walk } from './tree.ts';

interface Reading {
  readonly text: string;
  readonly imports: ImportFact[];
  /** Exported name to the file's own name for it. */
  readonly aliases: Map<string, string>;
  readonly exported: Set<string>;
}

export function readEcmascript(result: OxcResult, text: string): ReadFacts {
  const reading: Reading = { text, imports: [], aliases: new Map(), exported: new Set() };
  for (const node of nodesAt(result.program, 'body')) readModuleStatement(reading, node);
  const members = new Map<string, Set<string>>();
  walk(result.program, (node, inFunction, parent) => {
    readRequest(reading, node, inFunction, parent);
    readMember(members, node);
  });
  return factsOf({
    symbols: readSymbols(result, text, reading.exported),
    imports: passOnImported(reading),
    members: keepImported(members, reading.imports),
    aliases: reading.aliases,
  });
}

function readModuleStatement(reading: Reading, node: EsNode): void {
  if (node.type === 'ImportDeclaration') reading.imports.push(readImport(node));
  else if (/^(?:Declare)?ExportAllDeclaration$/.test(node.type))
    reading.imports.push(readExportAll(node));
  else if (/^(?:ExportNamed|DeclareExport)Declaration$/.test(node.type)) {
    readExportNamed(reading, node);
  } else if (node.type === 'ExportDefaultDeclaration') {
    const declaration = nodeAt(node, 'declaration');
    const name = stringAt(declaration, 'name') ?? (declaration && nameAt(declaration, 'id'));
    if (name) nameExport(reading, 'default', name);
  } else if (node.type === 'TSExportAssignment') {
    const name = nameAt(node, 'expression');
    if (name !== null) nameExport(reading, 'default', name);
  } else if (node.type === 'TSImportEqualsDeclaration') readImportEquals(reading, node);
  else if (node.type === 'ExpressionStatement') {
    readExportsAssignment(reading, nodeAt(node, 'expression'), null);
  } else if (node.type === 'VariableDeclaration') {
    for (const item of nodesAt(node, 'declarations')) {
      readExportsAssignment(reading, nodeAt(item, 'init'), nameAt(item, 'id'));
    }
  }
}

function nameExport(reading: Reading, exportedName: string, own: string): void {
  reading.exported.add(own);
  if (exportedName !== own) reading.aliases.set(exportedName, own);
}

function sourceOf(node: EsNode): string {
  return stringAt(nodeAt(node, 'source'), 'value') ?? '';
}

const typeOnly = { kind: 'type-only', softness: softness.typeOnly } as const;
const reExport = { kind: 're-export', softness: softness.passedOn } as const;

function readImport(node: EsNode): ImportFact {
  const specifiers = nodesAt(node, 'specifiers');
  const bindings = specifiers.map((item): Binding => {
    const local = nameAt(item, 'local') ?? '';
    if (item.type === 'ImportNamespaceSpecifier') return { name: '*', local };
    if (item.type === 'ImportDefaultSpecifier') return { name: 'default', local };
    return { name: nameAt(item, 'imported') ?? local, local };
  });
  const allTypes =
    specifiers.length > 0 && specifiers.every((item) => isTypeKind(stringAt(item, 'importKind')));
  const isType = isTypeKind(stringAt(node, 'importKind')) || allTypes;
  const fact = { specifier: sourceOf(node), style: 'import', bindings };
  return importFact(isType ? { ...fact, ...typeOnly } : fact);
}

/** `typeof` is Flow's: it imports the type of a value. */
function isTypeKind(kind: string | null): boolean {
  return kind === 'type' || kind === 'typeof';
}

function readExportAll(node: EsNode): ImportFact {
  const name = nameAt(node, 'exported');
  const bindings = name === null ? [] : [{ name: '*', local: name }];
  return importFact({
    specifier: sourceOf(node),
    style: 'import',
    bindings,
    star: name === null,
    ...reExport,
  });
}

function readExportNamed(reading: Reading, node: EsNode): void {
  const specifiers = nodesAt(node, 'specifiers');
  if (nodeAt(node, 'source') !== null) {
    const bindings = specifiers.map((item): Binding => {
      const name = nameAt(item, 'local') ?? '';
      return { name, local: nameAt(item, 'exported') ?? name };
    });
    reading.imports.push(
      importFact({ specifier: sourceOf(node), style: 'import', bindings, ...reExport }),
    );
    return;
  }
  for (const item of specifiers) {
    const own = nameAt(item, 'local') ?? '';
    nameExport(reading, nameAt(item, 'exported') ?? own, own);
  }
}

/** Reads `import x = require('y')`. */
function readImportEquals(reading: Reading, node: EsNode): void {
  const reference = nodeAt(node, 'moduleReference');
  const specifier = reference && stringAt(nodeAt(reference, 'expression'), 'value');
  if (!specifier) return;
  const bindings = [{ name: '*', local: nameAt(node, 'id') ?? '' }];
  reading.imports.push(importFact({ specifier, style: 'require', bindings }));
}

/**
 * Reads `module.exports = f`, `module.exports = { a, b: c }` and `exports.a = b`, also in a chain:
 * `var app = exports = module.exports = {}`, where `own` is the variable's name.
 */
function readExportsAssignment(
  reading: Reading,
  assignment: EsNode | null,
  own: string | null,
): void {
  if (assignment?.type !== 'AssignmentExpression') return;
  const value = lastValue(assignment);
  const name = own ?? (stringAt(value, 'name') || (value && nameAt(value, 'id')));
  let isWhole = false;
  let target: EsNode | null = assignment;
  for (; target?.type === 'AssignmentExpression'; target = nodeAt(target, 'right')) {
    const left = nodeAt(target, 'left');
    const [owner, property] = [left && nameAt(left, 'object'), left && nameAt(left, 'property')];
    if (owner === 'exports' && property && name) nameExport(reading, property, name);
    isWhole ||= owner === 'module' && property === 'exports';
  }
  if (!isWhole || value === null) return;
  if (name) nameExport(reading, 'default', name);
  for (const item of value.type === 'ObjectExpression' ? nodesAt(value, 'properties') : []) {
    const [key, local] = [nameAt(item, 'key'), stringAt(nodeAt(item, 'value'), 'name')];
    if (key !== null && local !== null) nameExport(reading, key, local);
  }
}

/** Reads `require('x')` and its like, `import('x')`, the type `import('x').T`, at any depth. */
function readRequest(
  reading: Reading,
  node: EsNode,
  inFunction: boolean,
  parent: EsNode | null,
): void {
  const weight = inFunction ? { softness: softness.deferred } : {};
  if (node.type === 'VariableDeclarator') {
    const fact = readRequireDeclarator(node);
    if (fact !== null) reading.imports.push({ ...fact, ...weight });
  } else if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const specifier = requiredBy(node);
    // The branch above records a declarator's `require` with the names that it binds.
    if (specifier === null || parent?.type === 'VariableDeclarator') return;
    const gives = givesExports(node);
    const isMember =
      gives && parent?.type === 'MemberExpression' && nodeAt(parent, 'object') === node;
    const name = isMember && parent !== null ? nameAt(parent, 'property') : null;
    const bindings = name === null ? [] : [{ name, local: '' }];
    const fact = importFact({ specifier, style: 'require', bindings, ...weight });
    reading.imports.push(gives && isWholeExport(parent) ? { ...fact, ...passesAllOn } : fact);
  } else if (node.type === 'ImportExpression') {
    const specifier = stringAt(nodeAt(node, 'source'), 'value');
    if (specifier !== null) {
      reading.imports.push(importFact({ specifier, style: 'import', softness: softness.deferred }));
    }
  } else if (node.type === 'TSImportType') {
    const specifier = /^import\(\s*["']([^"']+)/.exec(textOf(reading, node))?.[1];
    if (specifier === undefined) return;
    const name = nameAt(node, 'qualifier');
    const bindings = name === null ? [] : [{ name, local: '' }];
    reading.imports.push(importFact({ specifier, style: 'import', bindings, ...typeOnly }));
  }
}

function textOf({ text }: Reading, node: EsNode): string {
  return text.slice(node.start, node.end);
}

/** `module.exports = require('x')` re-exports everything that `x` exports. */
const passesAllOn = {
  bindings: [{ name: 'default', local: 'default' }],
  star: true,
  kind: 're-export',
  softness: softness.passedOn,
} as const;

function isWholeExport(node: EsNode | null): boolean {
  const left = node?.type === 'AssignmentExpression' ? nodeAt(node, 'left') : null;
  return (
    left !== null && nameAt(left, 'object') === 'module' && nameAt(left, 'property') === 'exports'
  );
}

function requiredBy(call: EsNode | null): string | null {
  if (call?.type === 'NewExpression') return addressedBy(call);
  if (call?.type !== 'CallExpression') return null;
  const callee = nodeAt(call, 'callee');
  const asks =
    callee?.type === 'MemberExpression'
      ? modulesOf.get(nameAt(callee, 'object') ?? '')?.test(nameAt(callee, 'property') ?? '')
      : /^(?:require|importScripts)$/.test(nameAt(call, 'callee') ?? '');
  return asks === true ? stringAt(nodesAt(call, 'arguments')[0] ?? null, 'value') : null;
}

/** Whether a call gives what the module exports; others give its place, or replace it. */
function givesExports(call: EsNode): boolean {
  const callee = nodeAt(call, 'callee');
  const isMethod = callee?.type === 'MemberExpression';
  const name = isMethod ? nameAt(callee, 'property') : nameAt(call, 'callee');
  return /^require(?:Actual|Mock)?$/.test(name ?? '');
}

const mocks =
  /^(?:(?:unstable_)?(?:un|do|dont)?[mM]ock(?:Module)?|(?:require|import)(?:Actual|Mock))$/;
/** Methods that take a module's specifier, by their object. */
const modulesOf: ReadonlyMap<string, RegExp> = new Map([
  ['require', /^resolve$/],
  ['jest', mocks],
  ['vi', mocks],
]);

/** The program at `new URL('./worker.js', import.meta.url)`. */
function addressedBy(node: EsNode): string | null {
  const [path = null, base = null] = nodesAt(node, 'arguments');
  const isOfModule = base !== null && nodeAt(base, 'object')?.type === 'MetaProperty';
  if (!isOfModule || nameAt(node, 'callee') !== 'URL') return null;
  const specifier = stringAt(path, 'value') ?? '';
  return /^\.{1,2}\/.*\.[cm]?[jt]sx?$/.test(specifier) ? specifier : null;
}

function readRequireDeclarator(declarator: EsNode): ImportFact | null {
  const init = nodeAt(declarator, 'init');
  const specifier = requiredBy(init);
  const id = nodeAt(declarator, 'id');
  if (specifier === null || id === null || init === null) return null;
  if (!givesExports(init)) return importFact({ specifier, style: 'require' });
  const local = stringAt(id, 'name');
  const bindings: Binding[] =
    local !== null
      ? [{ name: '*', local }]
      : nodesAt(id, 'properties').flatMap((item) => {
          const name = nameAt(item, 'key');
          return name === null ? [] : [{ name, local: nameAt(item, 'value') ?? name }];
        });
  return importFact({ specifier, style: 'require', bindings });
}

/** Records `module.a`, `module.T` as a type, `<module.A>` and `const { a } = module`. */
function readMember(members: Map<string, Set<string>>, node: EsNode): void {
  if (node.type === 'VariableDeclarator') {
    const from = nameAt(node, 'init');
    const pattern = nodeAt(node, 'id');
    if (from === null || pattern?.type !== 'ObjectPattern') return;
    for (const item of nodesAt(pattern, 'properties')) {
      const name = nameAt(item, 'key');
      if (name !== null) addTo(members, from, name);
    }
    return;
  }
  const keys = memberKeys[node.type];
  if (keys === undefined || node.computed === true) return;
  const [object, name] = [nameAt(node, keys[0]), nameAt(node, keys[1])];
  if (object !== null && name !== null) addTo(members, object, name);
}

const memberKeys: Readonly<Record<string, readonly [string, string]>> = {
  MemberExpression: ['object', 'property'],
  JSXMemberExpression: ['object', 'property'],
  TSQualifiedName: ['left', 'right'],
  QualifiedTypeIdentifier: ['qualification', 'id'],
};

/** Makes `import { a } from 'x'; export { a }` a re-export, like `export { a } from 'x'`. */
function passOnImported(reading: Reading): ImportFact[] {
  return reading.imports.map((fact) => {
    const passed =
      fact.bindings.length > 0 && fact.bindings.every(({ local }) => reading.exported.has(local));
    return passed && fact.kind === 'import' && fact.style === 'import'
      ? { ...fact, ...reExport }
      : fact;
  });
}

function keepImported(
  members: ReadonlyMap<string, ReadonlySet<string>>,
  imports: readonly ImportFact[],
): Map<string, string[]> {
  const locals = new Set(imports.flatMap((fact) => fact.bindings.map(({ local }) => local)));
  return sortedMap(new Map([...members].filter(([local]) => locals.has(local))));
}
