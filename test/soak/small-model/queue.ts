/** A library of a few files in two folders, which use one another. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const queueFiles: Readonly<Record<string, string>> = {
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

/** Returns the folder. */
export function writeQueue(folder: string): string {
  for (const [path, text] of Object.entries(queueFiles)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
