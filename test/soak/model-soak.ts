/**
 * `npm run soak -- model [--tokens 96] [--source FOLDER]`: a real llama.cpp server with the whole
 * SmolLM2-135M drives the whole graph with JSON schema: a plan from the top down, thoughts, some of
 * them in parts, rewrites. It tests machinery and not prose: the model writes poor English, and
 * checks refuse much of it. Minutes on a quiet core. The output must verify, and each step is there
 * or named with its reason.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { measureOutput } from '../../services/quality/report.ts';
import { startLlamaServer } from '../samples/servers/llama-server.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';

const contextTokens = 8_192;

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { tokens: { type: 'string', default: '96' }, source: { type: 'string' } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'backstory-model-soak-'));
  const started = performance.now();
  const server = await startLlamaServer('whole', contextTokens);
  try {
    const out = join(folder, 'out');
    const summary = await runGraph({
      outputFolder: out,
      sources: [values.source ?? writeQueue(join(folder, 'queue'))],
      tokenizer: writeByteTokenizer(folder),
      sets: [
        ...['teacher.kind=openai', `teacher.baseUrl=${server.baseUrl}`, 'teacher.model=smollm2'],
        // A token of this model is about 3 bytes of code; the answer needs room in its context.
        ...['teacher.promptBytesMax=12000', `teacher.planTokensMax=${values.tokens}`],
        ...[`teacher.thinkTokensMax=${values.tokens}`, 'teacher.mendingsMax=1'],
        // Small enough that a few files are several modules.
        ...['plan.moduleFilesMax=3', 'search.iterations=1'],
      ],
    });
    const verified = await verifyOutput(out);
    const { report } = await measureOutput({ place: out, runFolder: out });
    const { thoughtless, lacks, refusedSteps, finish } = report;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    const { usage, repositories, plain } = summary;
    console.log(JSON.stringify({ seconds, usage, repositories, plain }, null, 2));
    console.log(JSON.stringify({ thoughtless, lacks, refusedSteps, finish }, null, 2));
    return repositories.written === repositories.found && verified.files === report.files;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A library of a few files in two folders, which use one another. */
const files: Readonly<Record<string, string>> = {
  LICENSE: 'SPDX-License-Identifier: MIT\n',
  'package.json': '{"name": "queue", "version": "2.0.0", "license": "MIT"}\n',
  'README.md': '# Queue\n\nA queue for programs that wait: first in, first out, with a limit.\n',
  'src/node.ts':
    'export class Node<T> {\n  next: Node<T> | null = null;\n  constructor(readonly value: T) {}\n}\n',
  'src/queue.ts':
    "import { Node } from './node.ts';\n\n/** First in, first out; refuses what is above its limit. */\nexport class Queue<T> {\n  private head: Node<T> | null = null;\n  private size = 0;\n\n  constructor(readonly limit: number) {}\n\n  push(value: T): boolean {\n    if (this.size >= this.limit) return false;\n    const node = new Node(value);\n    node.next = this.head;\n    this.head = node;\n    this.size += 1;\n    return true;\n  }\n}\n",
  'tools/fill.ts':
    "import { Queue } from '../src/queue.ts';\n\n/** Fills a queue to its limit, and says how many values fitted. */\nexport function fill(queue: Queue<number>, values: readonly number[]): number {\n  let kept = 0;\n  for (const value of values) if (queue.push(value)) kept += 1;\n  return kept;\n}\n",
};

function writeQueue(folder: string): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
