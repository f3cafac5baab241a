/** A repository of any size: each file uses the one before it and one that all files use. */
import type {
  FileStructure,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';
import { sha256 } from '../../../services/runtime/ids.ts';
import { exampleStructure } from '../../services/teacher/example-repository.ts';

export interface WideRepository {
  readonly content: Buffer;
  readonly structure: RepoStructureBody;
  readonly plan: Omit<RepoPlanBody, 'structure'>;
}

export function wideRepository(files: number): WideRepository {
  const paths = Array.from({ length: files }, (_, number) => pathOf(number));
  const texts = paths.map((_, number) =>
    Buffer.from(`import hub\n\ndef step${number}():\n    pass\n`),
  );
  let offset = 0;
  const admitted = texts.map((text, number) => {
    const bytes = text.byteLength;
    offset += bytes;
    const path = paths[number] ?? '';
    return {
      path,
      offset: offset - bytes,
      bytes,
      sha256: sha256(text),
      redactions: 0,
      redacted: {},
      marked: {},
    };
  });
  const content = Buffer.concat(texts);
  const reference = { sha256: sha256(content), bytes: content.byteLength };
  const repository = { ...exampleStructure.repository, content: reference, files: admitted };
  const kinds = { kind: 'import' as const, confidence: 1 };
  const edges = paths.flatMap((from, number) =>
    [...new Set([0, number - 1])]
      .filter((to) => to >= 0 && to < number)
      .map((to) => ({ from, to: paths[to] ?? '', ...kinds, names: [`step${to}`] })),
  );
  return {
    content,
    structure: { repository, files: paths.map(structureOf), edges, unresolved: [], order: paths },
    plan: {
      requirements: 'It counts.\n',
      architecture: 'One file after the other.\n',
      files: paths.map((path, ordinal) => ({
        path,
        ordinal,
        purpose: `Step ${ordinal}.`,
        dependsOn: edges.filter((edge) => edge.from === path).map((edge) => edge.to),
        offers: [],
        module: null,
      })),
      teacher: { name: 'grounded', version: '1', model: null, languageModel: false },
      modules: [],
      lacks: [],
      usage: {
        calls: 0,
        promptTokens: 0,
        completionTokens: 0,
        microDollars: 0,
        refused: {},
        finish: {},
      },
    },
  };
}

const pathOf = (number: number) => (number === 0 ? 'hub.py' : `steps/test_step${number}.py`);

function structureOf(path: string, number: number): FileStructure {
  const signature = `def step${number}()`;
  const symbol = { name: `step${number}`, kind: 'function' as const, signature, parent: null };
  return {
    path,
    language: 'python',
    parser: 'tree-sitter',
    errorRatio: 0,
    lines: 4,
    symbols: [{ ...symbol, doc: null, exported: true, startLine: 3, endLine: 4 }],
    externals: [],
    note: null,
  };
}
