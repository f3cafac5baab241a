/** formats.md says of messages what exports make of a document with turns. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPieceCollector } from '../../../services/dataset/documents.ts';
import { openOutput, openReader } from '../../../services/dataset/open-output.ts';
import { cutPieces, readShards } from '../../../services/dataset/read-shards.ts';
import { chatForms } from '../../../services/dataset/template/chat-forms.ts';
import { createDocument, type ExportDocument } from '../../../services/export/document.ts';
import { runLine } from '../cli/terminal.ts';

const page = readFileSync(new URL('../../../services/export/formats.md', import.meta.url), 'utf8');

test('the page names the role of every turn in every chat form', () => {
  const rows = page.split('\n').flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim());
    return chatForms.some(({ name }) => name === cells[1]) ? [cells.slice(1, -1)] : [];
  });
  const forms = chatForms.map(({ name, roleNames: { system, user, assistant, tool } }) => [
    ...[name, system, user, assistant, tool],
  ]);
  expect(rows).toEqual(forms);
  const header = page.split('\n').find((line) => /^\| form +\|/.test(line));
  expect(header?.split('|').map((cell) => cell.trim())).toEqual([
    ...['', 'form', 'system', 'user', 'assistant', 'tool', ''],
  ]);
});

/** The documents of an output, as text formats get them. */
async function documentsOf(out: string): Promise<ExportDocument[]> {
  const output = await openOutput(out);
  const reader = await openReader(output);
  const collector = createPieceCollector();
  const documents: ExportDocument[] = [];
  for await (const { facts, packs, provenance } of readShards(output.store, output.shards)) {
    for (const piece of cutPieces(facts, packs, provenance)) {
      const pieces = collector.add(piece);
      if (pieces !== null) documents.push(createDocument(pieces, reader));
    }
  }
  return documents;
}

test('a message is a turn, and exactly those of the assistant are trained', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-chat-'));
  try {
    mkdirSync(join(folder, 'sums'));
    writeFileSync(join(folder, 'sums/one.py'), 'def one():\n    return 1\n');
    writeFileSync(
      join(folder, 'sums/two.py'),
      'from one import one\n\n\ndef two():\n    return 2 * one()',
    );
    const out = join(folder, 'out');
    const chat = ['--set', 'sink.template=chat', '--search', 'off'];
    const run = await runLine(['run', join(folder, 'sums'), '--out', out, ...chat], {
      workingFolder: folder,
    });
    expect(run.exitCode, run.err).toBe(0);
    const [document] = await documentsOf(out);
    const { messages = [], text = '', spans = [] } = document ?? {};
    expect(messages.map(({ content }) => content).join('')).toBe(text);
    expect(new Set(messages.map(({ role }) => role))).toEqual(
      new Set(['system', 'user', 'assistant']),
    );
    const shown = messages.filter(({ content }) => content.startsWith('@@@ observe'));
    expect(new Set(shown.map(({ role }) => role))).toEqual(new Set(['user']));
    const characters = [...text];
    const trained = spans
      .filter((span) => span.trained)
      .map(({ start, end }) => characters.slice(start, end).join(''));
    const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
    expect(trained).toEqual(said);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
