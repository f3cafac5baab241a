/** The structure of a repository given as a table of files: the real parsers, in this process. */
import { rowOfPath } from '../../../../schemas/languages/languages.ts';
import { noFacts, type ParsedFile } from '../../../../services/stages/extract/facts/facts.ts';
import {
  isManifest,
  languageOf,
} from '../../../../services/stages/extract/languages/all-languages.ts';
import { openFileParser } from '../../../../services/stages/extract/parse/parse-file.ts';
import {
  buildStructure,
  type Structure,
} from '../../../../services/stages/extract/resolve/structure.ts';

export type Files = Readonly<Record<string, string>>;

const parser = openFileParser({ parseTimeMsMax: 10_000, symbolsPerFileMax: 2000 });

export async function parseFiles(files: Files): Promise<ParsedFile[]> {
  const parsed: ParsedFile[] = [];
  for (const [path, text] of Object.entries(files)) {
    const language = languageOf(path, text);
    const outcome =
      language === null ? null : await parser.parse({ path, language: language.name, text });
    const facts = outcome?.facts ?? noFacts;
    parsed.push({
      path,
      language: language?.name ?? rowOfPath(path)?.name ?? 'text',
      parser: outcome?.parser ?? 'none',
      lines: text.split('\n').length,
      facts,
      shown: () => facts.symbols,
      manifest: isManifest(path) ? text : null,
      hasLines: false,
      note: outcome?.shortfall ?? null,
    });
  }
  return parsed;
}

export async function structureOf(files: Files): Promise<Structure> {
  return buildStructure(await parseFiles(files), { edgesPerFileMax: 500 });
}

/** `from -> to [kind] name,name`, one line per edge. */
export async function edgesOf(files: Files): Promise<string[]> {
  const { edges } = await structureOf(files);
  return edges.map(({ from, to, kind, names }) =>
    `${from} -> ${to} [${kind}] ${names.join(',')}`.trimEnd(),
  );
}

/** `from -> to`, one line per edge. */
export async function linksOf(files: Files): Promise<string[]> {
  const { edges } = await structureOf(files);
  return edges.map(({ from, to }) => `${from} -> ${to}`);
}

/** `kind parent.name: signature` of the one file. */
export async function symbolsOf(path: string, text: string): Promise<string[]> {
  const { files } = await structureOf({ [path]: text });
  return (files[0]?.symbols ?? []).map(({ kind, parent, name, signature }) =>
    parent === null ? `${kind} ${name}: ${signature}` : `${kind} ${parent}.${name}: ${signature}`,
  );
}

/** `from -> to confidence`, one line per edge. */
export async function weighedEdgesOf(files: Files): Promise<string[]> {
  const { edges } = await structureOf(files);
  return edges.map(({ from, to, confidence }) => `${from} -> ${to} ${confidence}`);
}

/** `from specifier: reason`, one line per import that should lead somewhere and does not. */
export async function unresolvedOf(files: Files): Promise<string[]> {
  const { unresolved } = await structureOf(files);
  return unresolved.map(({ from, specifier, reason }) => `${from} ${specifier}: ${reason}`);
}
