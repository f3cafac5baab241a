/**
 * rust-analyzer's index: the file that defines what each name stands for. Names of modules, types,
 * functions and macros can be seen; methods, fields and variants belong to a type and are inferred.
 */
import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromCargo, fromDebian } from '../../obtain/obtain.ts';
import type { Checkout, Context, Oracle, OracleEdge, Verdict } from '../../score/oracle.ts';
import { type Document, readScip } from '../scip.ts';
import { declaredModules } from './modules.ts';

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
    { name: 'tokio', obtain: fromCargo('tokio', '1.40.0') },
    { name: 'serde_json', obtain: fromCargo('serde_json', '1.0.128') },
    { name: 'mio', obtain: fromCargo('mio', '1.0.2') },
    { name: 'futures-util', obtain: fromCargo('futures-util', '0.3.30') },
    { name: 'rustls', obtain: fromCargo('rustls', '0.23.12') },
    { name: 'rayon', obtain: fromCargo('rayon', '1.10.0') },
    // A workspace of a dozen crates.
    { name: 'cargo', obtain: fromDebian('cargo') },
  ],
  judge,
};

/** Everything that a feature hides is read too; nothing of the repository is built or run. */
const configuration = {
  cargo: { features: 'all', buildScripts: { enable: false } },
  procMacro: { enable: false },
};

async function judge(checkout: Checkout, { run, cache }: Context): Promise<Verdict> {
  const root = await realpath(checkout.folder);
  const index = join(cache, `rust-${checkout.name.replaceAll('/', '_')}.scip`);
  const settings = join(cache, 'rust-analyzer.json');
  await writeFile(settings, JSON.stringify(configuration));
  const told = ['--output', index, '--config-path', settings];
  await run('rust-analyzer', ['scip', root, ...told], { folder: root });
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

/**
 * Symbol to the files that define it. The programs and tests of a package share the names of its
 * library (`crate/` is the root of each), so there may be several; then none of them is required.
 */
type Places = ReadonlyMap<string, ReadonlySet<string>>;

function definitions(documents: readonly Document[]): Places {
  const found = new Map<string, Set<string>>();
  for (const { path, occurrences } of documents) {
    for (const { symbol, isDefinition } of occurrences) {
      if (!isDefinition || symbol.startsWith('local ')) continue;
      found.set(symbol, (found.get(symbol) ?? new Set()).add(path));
    }
  }
  return found;
}

function edgesOf({ path, occurrences }: Document, places: Places): OracleEdge[] {
  return occurrences.flatMap(({ symbol, isDefinition }): OracleEdge[] => {
    if (isDefinition || symbol.startsWith('local ')) return [];
    const targets = [...(places.get(symbol) ?? [])];
    const via = viaOf(symbol);
    // The modules on a path lead to what is used; only that is required.
    const isSeen = via === 'name' || via === 'macro';
    const visible = isSeen && targets.length === 1;
    return targets.map((to) => ({ from: path, to, via, visible }));
  });
}

function viaOf(symbol: string): string {
  if (symbol.endsWith('/')) return 'module on a path';
  if (/#./.test(symbol)) return 'member of a type';
  return symbol.endsWith('!') ? 'macro' : 'name';
}
