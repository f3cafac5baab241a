/** A small Python project with structure and plan, for tests that need a repository by hand. */
import { extname } from 'node:path';
import type {
  Definition,
  Edge,
  FileStructure,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';
import { countLines } from '../../../schemas/lines.ts';
import { sha256 } from '../../../services/runtime/ids.ts';

export const exampleTexts: { readonly [path: string]: string } = {
  LICENSE:
    'MIT License\n\nCopyright (c) 2024 Ada Example\n\nPermission is hereby granted, free of charge, to any person\n',
  'README.md':
    '# Keeper\n\nKeeper is a tiny store of values under names, for programs that forget.\n\n## Use\n\n```python\nimport keeper\n```\n',
  'src/errors.py': 'class MissingKey(KeyError):\n    """Raised when a key has no value."""\n',
  'src/store.py':
    'import threading\n\nfrom errors import MissingKey\n\nLIMIT = 64\n\n\nclass Store:\n    """Keeps values under names."""\n\n    def __init__(self, limit=LIMIT):\n        self.limit = limit\n        self.values = {}\n        self.lock = threading.Lock()\n\n    def get(self, key, fallback=None):\n        """Return the value of a key."""\n        if key is None:\n            raise ValueError("a key is needed")\n        with self.lock:\n            value = self.values.get(key)\n        if value is None:\n            return fallback\n        return value\n',
  'src/service.py':
    'from errors import MissingKey\nfrom store import Store\n\n\ndef lookup(store: Store, keys):\n    """Collect the values of all keys."""\n    found = []\n    for key in keys:\n        value = store.get(key)\n        if not value:\n            raise MissingKey(key)\n        found.append(value)\n    return found\n',
  'tests/test_store.py':
    'from store import Store\n\n\ndef test_missing_key_gives_the_fallback():\n    assert Store().get("a", 1) == 1\n\n\ndef test_limit_is_kept():\n    assert Store(3).limit == 3\n',
};

type Written = Pick<Definition, 'name' | 'kind' | 'signature' | 'startLine' | 'endLine'>;

function define(written: Written & Partial<Definition>): Definition {
  return { parent: null, doc: null, exported: true, ...written };
}

const symbols: { readonly [path: string]: readonly Definition[] } = {
  'src/errors.py': [
    define({
      name: 'MissingKey',
      kind: 'class',
      signature: 'class MissingKey(KeyError)',
      startLine: 1,
      endLine: 2,
      doc: 'Raised when a key has no value.',
    }),
  ],
  'src/store.py': [
    define({
      name: 'LIMIT',
      kind: 'constant',
      signature: 'LIMIT = 64',
      startLine: 5,
      endLine: 5,
    }),
    define({
      name: 'Store',
      kind: 'class',
      signature: 'class Store',
      startLine: 8,
      endLine: 24,
      doc: 'Keeps values under names.',
    }),
    define({
      name: '__init__',
      kind: 'method',
      signature: 'def __init__(self, limit=LIMIT)',
      startLine: 11,
      endLine: 14,
      parent: 'Store',
    }),
    define({
      name: 'get',
      kind: 'method',
      signature: 'def get(self, key, fallback=None)',
      startLine: 16,
      endLine: 24,
      parent: 'Store',
      doc: 'Return the value of a key.',
    }),
  ],
  'src/service.py': [
    define({
      name: 'lookup',
      kind: 'function',
      signature: 'def lookup(store: Store, keys)',
      startLine: 5,
      endLine: 13,
      doc: 'Collect the values of all keys.',
    }),
  ],
  'tests/test_store.py': [
    define({
      name: 'test_missing_key_gives_the_fallback',
      kind: 'function',
      signature: 'def test_missing_key_gives_the_fallback()',
      startLine: 4,
      endLine: 5,
    }),
    define({
      name: 'test_limit_is_kept',
      kind: 'function',
      signature: 'def test_limit_is_kept()',
      startLine: 8,
      endLine: 9,
    }),
  ],
};

function edge(from: string, to: string, kind: string, names: readonly string[]): Edge {
  return { from, to, kind, confidence: 1, names };
}

const paths = Object.keys(exampleTexts).sort();
const content = paths.map((path) => exampleTexts[path] ?? '').join('');
const contentReference = { sha256: sha256(content), bytes: Buffer.byteLength(content) };
/** The concatenated bytes that `repository.content` refers to. */
export const exampleContent: Uint8Array = Buffer.from(content);

function admitted() {
  let offset = 0;
  return paths.map((path) => {
    const text = exampleTexts[path] ?? '';
    const file = {
      path,
      offset,
      bytes: Buffer.byteLength(text),
      sha256: sha256(text),
      redactions: 0,
      redacted: {},
      marked: {},
    };
    offset += file.bytes;
    return file;
  });
}

const languages: Readonly<Record<string, string>> = { '.py': 'python', '.md': 'markdown' };

function structureOf(path: string): FileStructure {
  const language = languages[extname(path)] ?? 'text';
  return {
    path,
    language,
    parser: language === 'python' ? 'tree-sitter' : 'none',
    errorRatio: 0,
    lines: countLines(exampleTexts[path] ?? ''),
    symbols: symbols[path] ?? [],
    externals: path === 'src/store.py' ? ['threading'] : [],
    note: null,
  };
}

export const exampleStructure: RepoStructureBody = {
  repository: {
    name: 'keeper',
    origin: 'keeper',
    commit: null,
    licence: { expression: 'MIT', evidence: [{ path: 'LICENSE', identifier: 'MIT', score: 1 }] },
    content: contentReference,
    files: admitted(),
    skipped: [],
    hosted: null,
  },
  files: paths.map(structureOf),
  edges: [
    edge('src/service.py', 'src/errors.py', 'import', ['MissingKey']),
    edge('src/service.py', 'src/store.py', 'import', ['Store']),
    edge('src/store.py', 'src/errors.py', 'import', ['MissingKey']),
    edge('tests/test_store.py', 'src/store.py', 'test-of', ['Store']),
  ],
  unresolved: [],
  order: [
    'LICENSE',
    'src/errors.py',
    'src/store.py',
    'src/service.py',
    'tests/test_store.py',
    'README.md',
  ],
};

export const examplePlan: RepoPlanBody = {
  structure: { sha256: '0'.repeat(64), bytes: 1 },
  requirements: 'Keep values under names.',
  architecture: 'Errors, store, service.',
  files: exampleStructure.order.map((path, ordinal) => ({
    path,
    ordinal,
    purpose: path === 'src/service.py' ? 'The service.' : `Purpose of ${path}.`,
    dependsOn: [
      ...new Set(exampleStructure.edges.filter((one) => one.from === path).map((one) => one.to)),
    ],
    offers: [],
    module: null,
  })),
  teacher: { name: 'grounded', version: '1', model: null, languageModel: false },
  usage: {
    calls: 1,
    promptTokens: 0,
    completionTokens: 0,
    microDollars: 0,
    refused: {},
    finish: {},
  },
  modules: [],
  lacks: [],
};

/** What a rewrite of the first round is asked with, beside the round and the thought. */
export const firstRewrite = { ordinal: 0, bits: 1_000, tried: [] } as const;
