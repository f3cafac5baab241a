/**
 * Topics are named in schemas/topology.ts. Elsewhere a name occurs only where the type checker
 * holds it to that list: emit, reads, a body store, a comparison. Never built from text.
 */
import { describe, expect, test } from 'vitest';
import { topicNames } from '../../schemas/topology.ts';
import { findAll, isTypeScript, readFiles, type SourceFile } from './source-files.ts';
import { lineOf, type SyntaxNode, walk } from './syntax.ts';

const names = new Set<string>(topicNames);
/** Names that are no everyday words: text that holds one means the topic. */
const unmistakable = topicNames.filter((name) => name.includes('-'));

const typedContexts = new Set([
  // emit('repo-found', …), tools.bodies.save('repo-plan', …), record.topic === 'dropped'
  'CallExpression',
  'BinaryExpression',
  'SwitchCase',
  // reads: 'repo-found', { 'repo-found': … }, ['trajectory', 'dropped'], 'a' | 'b'
  'Property',
  'ArrayExpression',
  'TSLiteralType',
  'ConditionalExpression',
]);

function untypedTopics(file: SourceFile): string[] {
  const found: string[] = [];
  for (const { node, ancestors } of walk(file)) {
    const text = literalText(node);
    if (text === null) continue;
    // Text with spaces is prose for people, not a name.
    const mentions = unmistakable.some((name) => text.includes(name)) && !text.includes(' ');
    if (!mentions) continue;
    const parent = ancestors.at(-1);
    const typed = names.has(text) && typedContexts.has(parent?.type ?? '') && !isJoined(parent);
    if (!typed) found.push(`line ${lineOf(file, node.start)} has ${JSON.stringify(text)}`);
  }
  return found;
}

function literalText(node: SyntaxNode): string | null {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateElement') return String((node.value as { raw: string }).raw);
  return null;
}

/** `dataset + '--repo-found'` */
function isJoined(parent: SyntaxNode | undefined): boolean {
  return parent?.type === 'BinaryExpression' && parent.operator === '+';
}

describe('topic names', () => {
  test('services name topics only where types hold them', () => {
    const services = readFiles((path) => isTypeScript(path) && path.startsWith('services/'));
    expect(findAll(services, untypedTopics)).toEqual([]);
  });

  test.each([
    ['const topic = `$', '{dataset}--repo-found`;'].join(''),
    "const topic = dataset + 'repo-found';",
    "const dead = 'file-task-dead';",
    "const topic = 'repo-found';",
  ])('refuses %s', (text) => {
    expect(untypedTopics({ path: 'services/plan/stage.ts', text })).toHaveLength(1);
  });

  test.each([
    "const outcomes = [emit('file-task', body, 0)];",
    "export const plan = defineStage('plan', { reads: 'repo-structure' });",
    "if (record.topic === 'input-closed') close();",
    "const line = 'left out in repo-admitted';",
  ])('allows %s', (text) => {
    expect(untypedTopics({ path: 'services/plan/stage.ts', text })).toEqual([]);
  });
});
