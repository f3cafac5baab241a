/** The texts of a new language's reader and test. */
import type { ParsedLanguageRow } from '../../schemas/languages/row.ts';

export function readerText(name: string, title: string, grammar: string): string {
  return `/**
 * ${title}: definitions at the top of a file, and imports that name a file in quotes.
 * Resolution takes a path from the folder of the file that names it.
 */
import { parsedRow } from '../../../../../schemas/languages/languages.ts';
import { type Definition, type ImportFact, importFact } from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { definitionOf, docAbove } from '../../syntax/tree.ts';
import { emptyResolution, type Language, linkOf, type Project, type Resolver } from '../language.ts';

export const ${name}: Language = {
  name: '${name}',
  parsing: { parser: 'tree-sitter', grammar: '${grammar}', read },
  isManifest: () => false,
  openResolver,
};

function read(root: SyntaxNode, text: string) {
  return {
    symbols: readDefinitions(root),
    imports: readImports(root, text),
    scope: null,
    uses: [],
    members: new Map<string, string[]>(),
    aliases: new Map<string, string>(),
  };
}
${definitionsText(name)}
${importsText}`;
}

function definitionsText(name: string): string {
  return `const definers: Readonly<Record<string, string>> = parsedRow('${name}').definers;

/** A node with a name is a definition; its first defining word of the row gives its kind. */
function readDefinitions(root: SyntaxNode): Definition[] {
  const { namedChildren } = root;
  return namedChildren.flatMap((node, index) => {
    const name = nameOf(node);
    if (name === '') return [];
    const word = node.lineFrom.split(/\\W+/).find((each) => Object.hasOwn(definers, each)) ?? '';
    const kind = definers[word] ?? 'function';
    const doc = docAbove(namedChildren, index);
    return [definitionOf({ node, name, kind, parent: null, doc, exported: !name.startsWith('_') })];
  });
}

/** Grammars like C's keep the name in a declarator. */
function nameOf(node: SyntaxNode): string {
  const declarator = node.childForFieldName('declarator');
  const name = node.childForFieldName('name') ?? declarator?.descendantsOfType('identifier')[0];
  return name?.text ?? '';
}
`;
}

const importsText = `const importLine = /^[ \\t]*(?:import|include|load|require|use)\\b[^'"\\n]*['"]([^'"\\n]+)['"]/gm;

function readImports(root: SyntaxNode, text: string): ImportFact[] {
  return [...text.matchAll(importLine)]
    .filter(({ index }) => !/comment|string/.test(root.descendantForIndex(index).type))
    .map(([, specifier = '']) => importFact({ specifier, style: 'path', star: true }));
}

function openResolver({ files }: Project): Resolver {
  return ({ path, facts }) => {
    const resolution = emptyResolution();
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const fact of facts.imports) {
      const target = folder + fact.specifier.replace(/^\\.\\//, '');
      if (files.has(target)) resolution.links.push(linkOf(fact, target));
      else resolution.externals.push(fact.specifier);
    }
    return resolution;
  };
}
`;

export function testText({ name, title, extensions }: ParsedLanguageRow): string {
  const [extension = ''] = extensions;
  return `/** ${title}: what is read of a file, and where its imports lead. */
import { describe, expect, test } from 'vitest';
import { parsedRow } from '../../../../../../schemas/languages/languages.ts';
import { expectDecoyed } from '../../decoys.ts';
import { edgesOf, structureOf } from '../../structure-of.ts';

describe('${name}', () => {
  test('reads the definition of its probe', async () => {
    const { probe } = parsedRow('${name}');
    const { files } = await structureOf({ [probe.path]: probe.text });
    expect(files[0]?.symbols.map((symbol) => symbol.name.toLowerCase())).toEqual(['probe']);
  });

  test('an import in quotes leads to the file that it names', async () => {
    const files = {
      'lib/log${extension}': '',
      'lib/main${extension}': 'load("log${extension}")\\n',
      'other${extension}': 'load("lib/log${extension}")\\n',
    };
    const edges = await edgesOf(files);
    expect(edges).toEqual(['lib/main${extension} -> lib/log${extension} [import]', 'other${extension} -> lib/log${extension} [import]']);
  });

  test('an import that only ends like a file of the repository is external', async () => {
    const files = {
      'vendor/lib/log${extension}': '',
      'main${extension}': 'load("lib/log${extension}")\\n',
    };
    await expectDecoyed('${name}', { files, externals: ['lib/log${extension}'] });
  });

  test('an import of a file that is missing is external', async () => {
    const { files } = await structureOf({ 'main${extension}': 'load("nowhere${extension}")\\n' });
    expect(files[0]?.externals).toEqual(['nowhere${extension}']);
  });
});
`;
}
