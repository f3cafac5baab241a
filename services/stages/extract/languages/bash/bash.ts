/** Shell scripts: functions, variables, and the files that they source. See resolve.ts. */
import {
  type Definition,
  factsOf,
  type ImportFact,
  importFact,
  type ReadFacts,
  softness,
} from '../../facts/facts.ts';
import type { SyntaxNode } from '../../syntax/syntax-node.ts';
import { ancestorOf, type DefinitionParts, definitionOf, docAbove } from '../../syntax/tree.ts';
import type { Language } from '../language.ts';
import { readAssignments, sourcedPath } from './path.ts';
import { openBashResolver } from './resolve.ts';

export const bash: Language = {
  name: 'bash',
  parsing: { parser: 'tree-sitter', grammar: 'tree-sitter-bash', read, repair: blankBats },
  isManifest: () => false,
  openResolver: openBashResolver,
};

/** Turns `@test "it adds" {` of bats, which the grammar cannot parse, into a plain function. */
function blankBats(text: string): string {
  return text.replaceAll(/^([ \t]*)@test[ \t].*\{[ \t]*$/gm, (line, indent: string) =>
    `${indent}t() {`.padEnd(line.length),
  );
}

function read(root: SyntaxNode, text: string): ReadFacts {
  const symbols: Definition[] = [];
  readBlock(root, symbols);
  // Commands count as uses, because a command may be a function of a sourced file.
  return factsOf({ symbols, imports: readSources(root, text), uses: readCommands(root) });
}

/** Nodes that only group definitions or make them conditional. */
const transparent = new Set(
  (
    'if_statement elif_clause else_clause compound_statement list case_statement case_item ' +
    'do_group'
  ).split(' '),
);

function readBlock(block: SyntaxNode, into: Definition[]): void {
  const { namedChildren } = block;
  for (const [index, node] of namedChildren.entries()) {
    if (node.type === 'function_definition') {
      const name = node.childForFieldName('name')?.text ?? '';
      add(into, { node, name, kind: 'function', doc: docAbove(namedChildren, index) });
    } else if (node.type === 'variable_assignment') {
      addVariable(into, node, node, docAbove(namedChildren, index));
    } else if (node.type === 'declaration_command') {
      for (const child of node.namedChildren) {
        if (child.type !== 'variable_assignment') continue;
        addVariable(into, node, child, docAbove(namedChildren, index));
      }
    } else if (transparent.has(node.type)) readBlock(node, into);
  }
}

/** Adds the first assignment of a name; `a[1]=` defines nothing. */
function addVariable(
  into: Definition[],
  statement: SyntaxNode,
  assignment: SyntaxNode,
  doc: string | null,
): void {
  const name = assignment.childForFieldName('name');
  if (name?.type !== 'variable_name') return;
  if (into.some((symbol) => symbol.name === name.text)) return;
  const isConstant = /^(?:readonly|(?:declare|typeset)\s+-\w*r)/.test(statement.text);
  const kind = isConstant ? 'constant' : 'variable';
  add(into, { node: statement, name: name.text, kind, doc });
}

type Parts = Pick<DefinitionParts, 'node' | 'name' | 'kind' | 'doc'>;

function add(into: Definition[], parts: Parts): void {
  const { name } = parts;
  if (name === '') return;
  into.push(definitionOf({ ...parts, parent: null, exported: !name.startsWith('_') }));
}

const functions = new Set(['function_definition']);

function readSources(root: SyntaxNode, text: string): ImportFact[] {
  const facts: ImportFact[] = [];
  const directives = readDirectives(text);
  let assignments: ReadonlyMap<string, string> | null = null;
  for (const match of text.matchAll(/(?:^|[\s;&|({`])(source|\.|load)[ \t]+(?=\S)/g)) {
    const index = match.index + match[0].indexOf(match[1] ?? '');
    const command = ancestorOf(root.descendantForIndex(index), new Set(['command']));
    const name = command?.childForFieldName('name');
    if (command === null || name === null || name === undefined) continue;
    if (name.text !== match[1] || name.startIndex !== index) continue;
    const argument = command.namedChildren.find(({ startIndex }) => startIndex > index);
    if (argument === undefined) continue;
    assignments ??= readAssignments(root);
    const stated = directives.get(command.startPosition.row);
    const { specifier, detail } =
      stated === undefined
        ? sourcedPath(argument.text, assignments)
        : { specifier: stated, detail: '' };
    // `# shellcheck source=/dev/null` tells the linter that there is no file to follow.
    if (specifier === '/dev/null') continue;
    const isInside = ancestorOf(command, functions) !== null;
    facts.push(
      importFact({
        specifier,
        style: match[1] === 'load' ? 'load' : 'source',
        detail,
        star: true,
        softness: isInside ? softness.deferred : softness.hard,
      }),
    );
  }
  return facts;
}

/** Returns row of a command to the path in the `# shellcheck source=…` comment before it. */
function readDirectives(text: string): Map<number, string> {
  const directives = new Map<number, string>();
  if (!text.includes('shellcheck')) return directives;
  let stated: string | undefined;
  for (const [row, line] of text.split('\n').entries()) {
    const isComment = /^\s*#/.test(line);
    if (!isComment && stated !== undefined) directives.set(row, stated);
    const path = /^\s*#\s*shellcheck\s(?:.*\s)?source=(\S+)/.exec(line)?.[1];
    if (!isComment) stated = undefined;
    else if (path !== undefined) stated = path.replaceAll(/^["']|["']$/g, '');
  }
  return directives;
}

function readCommands(root: SyntaxNode): string[] {
  const names = new Set<string>();
  for (const node of root.descendantsOfType('command_name')) {
    const name = node.text;
    if (/^[A-Za-z_][\w:.+-]*$/.test(name)) names.add(name);
  }
  return [...names].sort();
}
