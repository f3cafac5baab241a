/**
 * The whole graph with a real llama.cpp server as teacher, with JSON schema. Its model has one
 * layer and never comes to an end: each step is asked, repaired, given up with its reason, and
 * written all the same.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOutput } from '../../services/dataset/open-output.ts';
import { listSamples } from '../../services/dataset/samples.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { RunSummary } from '../../services/registry.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import { scorerKnobs } from '../../services/scorer/config.ts';
import { openScorer } from '../../services/scorer/open.ts';
import { type LlamaServer, startLlamaServer } from '../samples/servers/llama-server.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';

/** Two files that earn a thought, one of which reads the other. */
const files: Readonly<Record<string, string>> = {
  LICENSE: 'SPDX-License-Identifier: MIT\n',
  'package.json': '{"name": "queue", "version": "2.0.0", "license": "MIT"}\n',
  'src/node.ts':
    'export class Node<T> {\n  next: Node<T> | null = null;\n  constructor(readonly value: T) {}\n}\n',
  'src/queue.ts':
    "import { Node } from './node.ts';\n\n/** First in, first out. */\nexport class Queue<T> {\n  head: Node<T> | null = null;\n\n  push(value: T): void {\n    const node = new Node(value);\n    node.next = this.head;\n    this.head = node;\n  }\n}\n",
};

let folder: string;
let server: LlamaServer;
let summary: RunSummary;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-small-model-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'queue/src'), { recursive: true });
    writeFileSync(join(folder, 'queue', path), text);
  }
  server = await startLlamaServer('cut', 8_192);
  summary = await runGraph({
    outputFolder: join(folder, 'out'),
    sources: [join(folder, 'queue')],
    tokenizer: writeByteTokenizer(folder),
    sets: [
      'teacher.kind=openai',
      `teacher.baseUrl=${server.baseUrl}`,
      'teacher.model=smollm2',
      'teacher.planTokensMax=96',
      'teacher.thinkTokensMax=64',
      'teacher.mendingsMax=1',
      'search.enabled=false',
    ],
  });
}, 300_000);
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('writes the repository whatever the model says, and the output verifies', async () => {
  expect(summary.repositories).toMatchObject({ found: 1, written: 1, dropped: [] });
  const report = await verifyOutput(join(folder, 'out'));
  expect(report.files).toBe(Object.keys(files).length);
});

it('asks for the plan and each thought, once more where the answer has not the form', () => {
  // A plan and two files, each with one repair, as the server itself counts their tokens.
  expect(summary.usage.calls).toBeGreaterThan(3);
  expect(summary.usage.promptTokens).toBeGreaterThan(1_000);
  expect(summary.usage.completionTokens).toBeLessThanOrEqual(summary.usage.calls * 96);
});

it('names in the sample what it was written without, and why', async () => {
  const output = await openOutput(openLocalObjects(join(folder, 'out')));
  const [sample] = await listSamples(output);
  expect(sample?.teacher).toMatchObject({ name: 'openai', model: 'smollm2' });
  const lacks = (sample?.lacks ?? []).filter(({ what }) => what !== 'plain');
  expect(lacks.map(({ what }) => what)).toContain('thought');
  expect(summary.plain).toEqual({ 'a licence': 1, 'a few lines of settings or data': 1 });
  for (const { reason } of lacks)
    expect(reason).toMatch(/^TEACHER_(?:ANSWER_INVALID|UNGROUNDED): /);
});

it.each([
  ['http', 'no usable "choices.0.logprobs'],
  ['sglang', '/tokenize'],
  ['vllm', '/tokenize'],
])('cannot be a scorer: the probe of kind %s refuses it by name', async (kind, words) => {
  const settings = scorerKnobs.parse({ kind, url: server.baseUrl, model: 'smollm2' });
  const scorer = await openScorer(settings, {});
  expect(await scorer.check()).toContain(words);
});
