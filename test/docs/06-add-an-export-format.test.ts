/**
 * # 6. Add an export format
 *
 * A run writes shards. `export` writes the same data in the form that another program loads. Here
 * we add the format `plain-text`: one text file per document, as trainers of tokenizers read them.
 *
 * The tutorial works in a copy of the repository, as 03-add-a-gate does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';
import { writeFiles } from '../samples/write-files.ts';

const format = 'services/export/formats/plain-text.ts';
let copy: RepositoryCopy;

// Each command is a process of its own, and a busy machine may take a minute to run one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

beforeAll(() => {
  copy = copyRepository();
});

afterAll(() => copy.remove());

/** The skeleton writes one JSON line per document. */
test('one command makes a format and its test', () => {
  const made = copy.node('scripts/new.ts', 'export', 'plain-text');
  expect(made.err).toBe('');
  expect(made.out).toContain(`wrote    ${format}
wrote    test/services/export/formats/plain-text.test.ts
changed  services/export/formats.ts
`);
});

/**
 * A format is one object. `open` gets the folder of the export and answers with a writer.
 * `addShard` is called for each shard in order, with its packs (tokens and masks) and with the
 * documents that end in it (texts). `finish` is called at the end, for files such as an index.
 * We write each text to a file of its own.
 */
test('the format says which files it writes', () => {
  copy.edit(
    format,
    `      if (documents.length === 0) return;
      const lines = documents.map(({ line, text }) => {
        const { sampleId, name } = line;
        return \`\${canonicalJson({ id: sampleId, name, text })}\\n\`;
      });
      await folder.write(\`documents/\${shardStem(facts.path)}.jsonl\`, lines.join(''));
`,
    `      for (const { line, text } of documents) {
        await folder.write(\`documents/\${line.sampleId}.txt\`, text);
      }
`,
  );
  copy.edit(
    format,
    'addShard: async ({ facts }, documents)',
    'addShard: async (_shard, documents)',
  );
  copy.edit(format, "import { canonicalJson } from '../../runtime/ids.ts';\n", '');
  copy.edit(format, "import { shardStem } from '../masks.ts';\n", '');
});

/**
 * The rest of the object is for people: the data set card that lies in every export, and the table
 * in `services/export/formats.md`, are made of it.
 */
test('the format says how it is loaded', () => {
  copy.edit(
    format,
    'One JSON object per document and line: `id`, `name` and `text`.',
    'One text file per document, named by its id.',
  );
  copy.edit(format, "files: 'documents/*.jsonl'", "files: 'documents/*.txt'");
  copy.edit(
    format,
    'load_dataset("json", data_files="documents/*.jsonl", split="train", streaming=True)',
    'load_dataset("text", data_files="documents/*.txt", sample_by="document", split="train")',
  );
  copy.edit(
    format,
    'a line for each document, with its id, its name and its text',
    'a file for each document',
  );
  expect(copy.node('scripts/generate.ts').exitCode).toBe(0);
  expect(copy.read('services/export/formats.md')).toContain('- `plain-text`: One text file per');
});

/** The test exports an output of the real sink. It must know what the files now hold. */
test('the test reads what was written', () => {
  const path = 'test/services/export/formats/plain-text.test.ts';
  copy.edit(
    path,
    `    const lines = readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\\n'));
    const documents = lines.map((line) => JSON.parse(line) as { name: string; text: string });
    expect(documents.map(({ name }) => name).sort()).toEqual(['r0', 'r1', 'r2']);
    for (const { name, text } of documents) expect(text).toContain(\`backstory "\${name}"\`);
`,
    `    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    const names = texts.map((text) => /backstory "(.*)"/.exec(text)?.[1]);
    expect(names.sort()).toEqual(['r0', 'r1', 'r2']);
`,
  );
  copy.edit(path, 'has a line for each document, with its text', 'has a file for each document');
  const tested = copy.node('scripts/test.ts', 'formats/plain-text');
  expect(tested.exitCode, tested.out + tested.err).toBe(0);
});

/** The name is known to the command, its help and its errors, because they read the list. */
test('an export writes the new format', () => {
  const cache = join(copy.folder, '.cache');
  writeFiles(join(cache, 'greeter'), greeter);
  const backstory = (...line: string[]) => {
    const { exitCode, out, err } = copy.node('scripts/backstory.js', ...line);
    expect(exitCode, err).toBe(0);
    return out;
  };
  backstory('run', join(cache, 'greeter'), '--out', join(cache, 'data'), '--search', 'off');
  const to = join(cache, 'texts');
  backstory('export', join(cache, 'data'), '--format', 'plain-text', '--to', to);
  const [document = '', ...others] = readdirSync(join(to, 'documents'));
  expect(others).toEqual([]);
  const text = readFileSync(join(to, 'documents', document), 'utf8');
  expect(text).toContain('@@@ write "greet.py"\nfrom names import known\n');
  expect(readFileSync(join(to, 'README.md'), 'utf8')).toContain('One text file per document');
});

/**
 * Learnt: a format is one file and one line in a list. Hashes, the card and the folder that is
 * whole or absent come with it. A format with tokens also says what its mask is for (`mask`), and
 * is tested with the program that reads it: `test/services/export/test_readers.py`. Next: let a
 * model of yours write the thoughts (07-your-own-teacher).
 */
