/** `npm run new -- export NAME`: a format that writes one JSON line for each document. */
import { formatNames } from '../../services/export/formats.ts';
import { camelCase, requireNew } from './names.ts';
import { addImport, insertBefore, type Skeleton } from './skeleton.ts';

export function newExport(name: string): Skeleton {
  requireNew('format', name, formatNames);
  const constant = camelCase(name);
  const path = `services/export/formats/${name}.ts`;
  return {
    files: {
      [path]: formatText(name, constant),
      [`test/services/export/formats/${name}.test.ts`]: testText(name),
    },
    edits: {
      'services/export/formats.ts': (text) =>
        insertBefore(
          addImport(text, `import { ${constant} } from './formats/${name}.ts';`),
          '] as const satisfies readonly ExportFormat[]',
          `  ${constant},\n`,
        ),
    },
    next: [
      `edit ${path}: which files it writes, and how a person loads them`,
      `npm test -- formats/${name}`,
      `say in its summary which files it writes; services/export/formats.md takes it from there`,
      'let the reader that it is for read it: test/services/export/test_readers.py',
    ],
  };
}

function formatText(name: string, constant: string): string {
  return `/** \`${name}\`: a line for each document, with its id, its name and its text. */
import { canonicalJson } from '../../runtime/ids.ts';
import type { ExportFormat } from '../format.ts';
import { shardStem } from '../masks.ts';

export const ${constant}: ExportFormat = {
  name: '${name}',
  mask: null,
  compressions: ['none'],
  summary: 'One JSON object per document and line: \`id\`, \`name\` and \`text\`.',
  parts: [{ name: 'documents', files: 'documents/*.jsonl' }],
  loading: [
    'from datasets import load_dataset',
    'rows = load_dataset("json", data_files="documents/*.jsonl", split="train", streaming=True)',
  ],
  open: (folder) => ({
    addShard: async ({ facts }, documents) => {
      if (documents.length === 0) return;
      const lines = documents.map(({ line, text }) => {
        const { sampleId, name } = line;
        return \`\${canonicalJson({ id: sampleId, name, text })}\\n\`;
      });
      await folder.write(\`documents/\${shardStem(facts.path)}.jsonl\`, lines.join(''));
    },
    finish: async () => {},
  }),
};
`;
}

function testText(name: string): string {
  return `/** The format \`${name}\`: what it writes of an output of the real sink. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeOutput } from '../../../samples/export-output.ts';
import { createHarness, type Harness } from '../../../samples/sink-harness.ts';
import { runLine } from '../../cli/terminal.ts';

let harness: Harness;
let to: string;

beforeAll(async () => {
  harness = await createHarness();
  to = join(harness.folder, 'export');
  const { out } = await makeOutput(harness, 'out', { repositories: 3 });
  const line = ['export', out, '--format', '${name}', '--to', to];
  const { exitCode, err } = await runLine(line, { workingFolder: harness.folder });
  expect(exitCode, err).toBe(0);
});

afterAll(() => harness.remove());

describe('${name}', () => {
  test('has a line for each document, with its text', () => {
    const folder = join(to, 'documents');
    const lines = readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\\n'));
    const documents = lines.map((line) => JSON.parse(line) as { name: string; text: string });
    expect(documents.map(({ name }) => name).sort()).toEqual(['r0', 'r1', 'r2']);
    for (const { name, text } of documents) expect(text).toContain(\`backstory "\${name}"\`);
  });
});
`;
}
