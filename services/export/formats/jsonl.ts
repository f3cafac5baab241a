/** `jsonl`: a line for each document, with its text, its spans and its origin. */
import { zstdCompressSync } from 'node:zlib';
import { canonicalJson } from '../../runtime/ids.ts';
import type { ExportDocument } from '../document.ts';
import type { ExportFormat } from '../format.ts';
import { shardStem } from '../masks.ts';

export const jsonl: ExportFormat = {
  name: 'jsonl',
  mask: null,
  compressions: ['none', 'zstd'],
  summary:
    'One JSON object per document and line: `text`, `spans` (characters [start, end), trained or not), and where it comes from.',
  parts: [{ name: 'documents', files: 'documents/*.jsonl*' }],
  loading: [
    'from datasets import load_dataset',
    'rows = load_dataset("json", data_files="documents/*.jsonl*", split="train", streaming=True)',
    'row = next(iter(rows))',
    'trained = [row["text"][span["start"]:span["end"]] for span in row["spans"] if span["trained"]]',
  ],
  open: (folder, { compression }) => ({
    addShard: async ({ facts }, documents) => {
      if (documents.length === 0) return;
      const lines = documents.map((document) => `${documentLine(document)}\n`);
      const bytes = Buffer.from(lines.join(''), 'utf8');
      const path = `documents/${shardStem(facts.path)}.jsonl`;
      if (compression === 'none') await folder.write(path, bytes);
      else await folder.write(`${path}.zst`, zstdCompressSync(bytes));
    },
    finish: async () => {},
  }),
};

function documentLine({ line, text, spans, tokens, trainedTokens }: ExportDocument): string {
  const { sampleId, repositoryId, name, origin, commit, licence, files } = line;
  const { teacher, scorer, search, runId, document, episode } = line;
  return canonicalJson({
    id: sampleId,
    repositoryId,
    name,
    ...(episode === undefined ? {} : { episode }),
    origin,
    commit,
    licence,
    files,
    teacher,
    scorer,
    search,
    runId,
    sha256: document.sha256,
    tokens,
    trainedTokens,
    text,
    spans,
  });
}
