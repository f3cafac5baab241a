/**
 * `npm run new -- language NAME --like LANGUAGE`: a reader for top-level definitions and for
 * imports of quoted paths, and a row with the words and marks of a known language.
 */
import packageJson from '../../package.json' with { type: 'json' };
import { languageRows, parsedRows, rowOfPath } from '../../schemas/languages/languages.ts';
import type { ParsedLanguageRow } from '../../schemas/languages/row.ts';
import { PipelineError } from '../../services/runtime/errors.ts';
import { languages } from '../../services/stages/extract/languages/list.ts';
import { readerText, testText } from './language-texts.ts';
import { requireNew } from './names.ts';
import { insertBefore, type Skeleton } from './skeleton.ts';

export interface LanguageOptions {
  readonly like?: string;
  readonly grammar?: string;
  readonly extension?: string;
}

export function newLanguage(name: string, options: LanguageOptions): Skeleton {
  requireNew(
    'parsed language',
    name,
    parsedRows.map((row) => row.name),
  );
  const { like = 'python', extension = `.${name}` } = options;
  const model = modelOf(like, options.grammar);
  requireFree(name, extension);
  const row = rowFrom(model.row, name, extension);
  const folder = `services/stages/extract/languages/${name}`;
  return {
    files: {
      [`${folder}/${name}.ts`]: readerText(name, row.title, model.grammar),
      [`test/${folder}/${name}.test.ts`]: testText(row),
    },
    edits: {
      'schemas/languages/parsed.ts': (text) =>
        insertBefore(text, '] as const satisfies', `  ${rowText(row)},\n`),
    },
    next: [
      `edit ${folder}/${name}.ts: what is a definition, what is an import, where it leads`,
      `check the row in schemas/languages/parsed.ts, which was copied from ${like}`,
      `npm test -- languages/${name} parsed-languages`,
      "a language that is on raises extract's version in schemas/topology.ts",
    ],
  };
}

/** The row of the known language, and the grammar for the new one. */
function modelOf(like: string, wanted: string | undefined) {
  const row = parsedRows.find((each) => each.name === like);
  const parsing = languages.find((each) => each.name === like)?.parsing;
  const known = parsedRows.map((each) => each.name).join(', ');
  if (row === undefined || parsing === undefined) {
    throw new PipelineError('USAGE', `--like ${like} is not parsed; these are: ${known}`);
  }
  if (parsing.parser !== 'tree-sitter' || parsing.excerpt !== undefined) {
    throw new PipelineError('USAGE', `--like ${like} is not read by a grammar alone`);
  }
  const grammar = wanted ?? parsing.grammar;
  const parts = grammar.split('/').slice(0, grammar.startsWith('@') ? 2 : 1);
  if (!Object.hasOwn(packageJson.dependencies, parts.join('/'))) {
    const message = `${grammar} is not among the dependencies; npm install --save-exact it first`;
    throw new PipelineError('USAGE', message);
  }
  return { row, grammar };
}

/** The name must be one word, because a constant and a file get it; the ending must be free. */
function requireFree(name: string, extension: string): void {
  if (name.includes('-')) throw new PipelineError('USAGE', `${name} must be one word`);
  if (!/^\.[a-z0-9]+$/.test(extension)) {
    throw new PipelineError('USAGE', `--extension ${extension} is none, such as .bzl`);
  }
  const owner = rowOfPath(`probe${extension}`) ?? languageRows.find((row) => row.name === name);
  if (owner === undefined) return;
  throw new PipelineError(
    'USAGE',
    `${extension} is ${owner.title}; remove its row from schemas/languages/listed.ts first`,
  );
}

function rowFrom(model: ParsedLanguageRow, name: string, extension: string): ParsedLanguageRow {
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const probe = { path: `probe${extension}`, text: model.probe.text };
  const extensions = [extension];
  return { ...model, name, title, extensions, fileNames: [], interpreters: [], probe };
}

/** The row as code. `usual` holds what most rows share; the formatter breaks the line. */
function rowText(row: ParsedLanguageRow): string {
  const { name, title, extensions, comments, strings, definers, signatures, probe } = row;
  const own = { name, title, extensions, comments, strings, definers, signatures, probe };
  return `{ ...usual, ${JSON.stringify(own).slice(1)}`;
}
