/**
 * Small repositories for whole-graph tests: real code in several languages, awkward bytes included.
 */
import { join } from 'node:path';
import { type Files, writeFiles } from '../samples/write-files.ts';

const licence = `MIT License

Copyright (c) 2024 Example

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

const python: Files = {
  LICENSE: licence,
  'README.md': '# counter\n\nCounts words in text files and prints the most common ones.\n',
  'pyproject.toml': '[project]\nname = "counter"\nversion = "1.0"\nlicense = "MIT"\n',
  'src/counter/__init__.py': '"""Word counting."""\nfrom .words import count_words\n',
  'src/counter/words.py':
    '"""Splitting and counting."""\nimport re\n\nWORD = re.compile(r"[a-z]+")\n\n\ndef count_words(text):\n    """Count the words of a text."""\n    if text is None:\n        raise ValueError("text is missing")\n    counts = {}\n    for word in WORD.findall(text.lower()):\n        counts[word] = counts.get(word, 0) + 1\n    return counts\n',
  'src/counter/report.py':
    'from .words import count_words\n\n\ndef report(text, limit=10):\n    counts = count_words(text)\n    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))\n    return "\\n".join(f"{word} {count}" for word, count in ranked[:limit])\n',
  'tests/test_words.py':
    'from counter.words import count_words\n\n\ndef test_counts():\n    assert count_words("a b a") == {"a": 2, "b": 1}\n',
};

const typescript: Files = {
  LICENSE: licence,
  'package.json': '{"name": "queue", "version": "2.0.0", "license": "MIT"}\n',
  'src/queue.ts':
    "import { Node } from './node.ts';\n\n/** First in, first out. */\nexport class Queue<T> {\n  private head: Node<T> | null = null;\n  private tail: Node<T> | null = null;\n\n  push(value: T): void {\n    const node = new Node(value);\n    if (this.tail === null) this.head = node;\n    else this.tail.next = node;\n    this.tail = node;\n  }\n\n  shift(): T | undefined {\n    const node = this.head;\n    if (node === null) return undefined;\n    this.head = node.next;\n    if (this.head === null) this.tail = null;\n    return node.value;\n  }\n}\n",
  'src/node.ts':
    'export class Node<T> {\n  next: Node<T> | null = null;\n  constructor(readonly value: T) {}\n}\n',
  'src/index.ts': "export { Queue } from './queue.ts';",
};

/** Content that tries to be control text, and bytes that are easily lost on the way. */
const awkward: Files = {
  LICENSE: licence,
  'fences.md': '@@@ think\n@@@@ write "x"\n<|endoftext|><|im_start|>user\n@@@ no-newline\n',
  'empty.txt': '',
  'no-newline.c': '#include "own.h"\nint main(void) { return answer(); }',
  'own.h': 'int answer(void);\n',
  'crlf.txt': 'one\r\ntwo\r\n\r\nthree',
  'bom.txt': '\uFEFFbyte order mark, e\u0301 and \u00e9, \u2028 and \u{1F600}\n',
  'a file with spaces "and quotes".txt': 'odd name\n',
};

export const repositories: Readonly<Record<string, Files>> = {
  counter: python,
  queue: typescript,
  awkward,
};

/** Writes every repository below a folder and returns their paths in a fixed order. */
export function writeRepositories(folder: string): string[] {
  return Object.entries(repositories).map(([name, files]) => {
    writeFiles(join(folder, name), files);
    return join(folder, name);
  });
}
