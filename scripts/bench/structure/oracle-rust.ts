/**
 * rust-analyzer's index: the file that defines what each name stands for. Names of modules, types,
 * functions and macros can be seen; methods, fields and variants belong to a type and are inferred.
 */
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fromCargo, fromDebian } from './obtain.ts';
import type { Checkout, Context, Oracle, OracleEdge, Verdict } from './oracle.ts';
import { declaredModules } from './rust-modules.ts';
import { type Document, readScip } from './scip.ts';

export const rustOracle: Oracle = {
  language: 'rust',
  languages: ['rust'],
  tools: [
    { command: 'cargo', probe: ['--version'], hint: 'install Rust by rustup' },
    {
      command: 'rust-analyzer',
      probe: ['--version'],
      hint: '`rustup component add rust-analyzer`',
    },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    { name: 'ripgrep', obtain: fromDebian('rust-ripgrep') },
    { name: 'regex-automata', obtain: fromCargo('regex-automata', '0.4.8') },
    { name: 'hyper', obtain: fromCargo('hyper', '1.4.1') },
  ],
  judge,
};

async function judge(checkout: Checkout, { run, cache }: Context): Promise<Verdict> {
  const root = await realpath(checkout.folder);
  const index = join(cache, `rust-${checkout.name.replaceAll('/', '_')}.scip`);
  await run('rust-analyzer', ['scip', root, '--output', index], { folder: root });
  const documents = await readScip(index);
  const judged = new Set(documents.map(({ path }) => path));
  const places = definitions(documents);
  const edges: OracleEdge[] = [];
  for (const document of documents) {
    edges.push(...edgesOf(document, places));
    const text = await readFile(join(root, document.path), 'utf8');
    for (const to of declaredModules(document.path, text, judged)) {
      edges.push({ from: document.path, to, via: 'mod', visible: true });
    }
  }
  return { edges, judged };
}

interface Places {
  readonly definitions: ReadonlyMap<string, string>;
  /** A module's symbol to the files in which something of it is defined. */
  readonly modules: ReadonlyMap<string, ReadonlySet<string>>;
}

function definitions(documents: readonly Document[]): Places {
  const found = new Map<string, string>();
  const modules = new Map<string, Set<string>>();
  for (const { path, occurrences } of documents) {
    for (const { symbol, isDefinition } of occurrences) {
      if (!isDefinition || symbol.startsWith('local ')) continue;
      found.set(symbol, path);
      const module = symbol.replace(/[^/]*\/?$/, '');
      modules.set(module, (modules.get(module) ?? new Set()).add(path));
    }
  }
  return { definitions: found, modules };
}

function edgesOf({ path, occurrences }: Document, places: Places): OracleEdge[] {
  return occurrences.flatMap(({ symbol, isDefinition }): OracleEdge[] => {
    if (isDefinition || symbol.startsWith('local ')) return [];
    if (symbol.endsWith('/')) {
      // The modules on a path lead to what is used; only that is required.
      return [...(places.modules.get(symbol) ?? [])].map((to) => ({
        from: path,
        to,
        via: 'module on a path',
        visible: false,
      }));
    }
    const to = places.definitions.get(symbol);
    if (to === undefined) return [];
    const isMember = /#./.test(symbol);
    const isMacro = symbol.endsWith('!');
    const via = isMember ? 'member of a type' : isMacro ? 'macro' : 'name';
    return [{ from: path, to, via, visible: !isMember }];
  });
}
