/**
 * Topics are named in schemas/topology.ts. Elsewhere a name occurs only where the type checker
 * holds it to that list: emit, a body store, a comparison. Never built from text. The
 * runtime names neither topics nor stages.
 */
import { describe, expect, test } from 'vitest';
import { stageNames, topicNames } from '../../schemas/topology.ts';
import { findAll, isTypeScript, readFiles, type SourceFile } from './rules/source-files.ts';
import { lineOf, type SyntaxNode, walk } from './rules/syntax.ts';

const names = new Set<string>(topicNames);
/** Names that are no everyday words: text that holds one means the topic. */
const unmistakable = topicNames.filter((name) => name.includes('-'));

const typedContexts = new Set([
  // emit('repo-found', …), tools.bodies.save('repo-plan', …), record.topic === 'dropped'
  'CallExpression',
  'BinaryExpression',
  'SwitchCase',
  // { 'repo-found': … }, ['trajectory', 'dropped'], 'a' | 'b'
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

/** Words of the runtime that a topic or a stage has too, by file, with what they mean there. */
const ownWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'services/runtime/memo/memo.ts': { plan: 'a method of the teacher' },
  'services/runtime/watch/metrics.ts': { dropped: 'how a handled record ended' },
  'services/runtime/engine/runners/settle.ts': { dropped: 'how a handled record ended' },
  'services/runtime/engine/runners/source.ts': { dropped: 'how a handled record ended' },
  'services/runtime/cluster/dead-letters.ts': { dropped: 'what a person did to a dead letter' },
};
const graphNames = new Set<string>([...topicNames, ...stageNames]);

/** Literals that name a topic or a stage, alone or at the beginning of a name such as sink:STEP. */
function pipelineNames(file: SourceFile): string[] {
  const found: string[] = [];
  for (const { node } of walk(file)) {
    const [name = ''] = (literalText(node) ?? '').split(':');
    if (!graphNames.has(name) || ownWords[file.path]?.[name] !== undefined) continue;
    found.push(`line ${lineOf(file, node.start)} names ${name}`);
  }
  return found;
}

describe('topic names', () => {
  test('the runtime knows no topic and no stage by name', () => {
    const runtime = readFiles((path) => isTypeScript(path) && path.startsWith('services/runtime/'));
    expect(findAll(runtime, pipelineNames)).toEqual([]);
    for (const [path, words] of Object.entries(ownWords)) {
      const text = runtime.find((file) => file.path === path)?.text ?? '';
      for (const word of Object.keys(words)) expect(text, path).toContain(`'${word}'`);
    }
  });

  test.each([
    "if (topic === 'repo-found') found += 1;",
    "const last = upTo('flatten');",
    "const shown = { 'repo-plan': 1 };",
    'crashPoint(`sink:$' + '{step}`);',
  ])('refuses in the runtime: %s', (text) => {
    expect(pipelineNames({ path: 'services/runtime/watch/x.ts', text })).toHaveLength(1);
  });

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
    "if (record.topic === 'input-closed') close();",
    "const line = 'left out in repo-admitted';",
  ])('allows %s', (text) => {
    expect(untypedTopics({ path: 'services/plan/stage.ts', text })).toEqual([]);
  });
});
