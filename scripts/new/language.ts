/**
 * `npm run new -- language NAME --like LANGUAGE`: a reader of top-level definitions and of quoted
 * imports by path, and a row with the words and marks of a language that is known.
 */

import packageJson from '../../package.json' with { type: 'json' };
import { languageRows, parsedRows, rowOfPath } from '../../schemas/languages/languages.ts';
import type { ParsedLanguageRow } from '../../schemas/languages/row.ts';
import { PipelineError } from '../../services/runtime/errors.ts';
import { languages } from '../../services/stages/extract/languages/all-languages.ts';
import { readerText, testText } from './language-texts.ts';
import { requireNew } from './names.ts';
import { addImport, insertBefore, type Skeleton } from './skeleton.ts';
import { wrapText } from './wrap-text.ts';

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
      'services/stages/extract/languages/all-languages.ts': (text) =>
        insertBefore(
          addImport(text, `import { ${name} } from './${name}/${name}.ts';`),
          '];\n\nconst byName',
          `  ${name},\n`,
        ),
      'services/stages/extract/parse/line-patterns.ts': (text) => addFamily(text, name, like),
      'services/stages/extract/README.md': (text) => nameParser(text, row.title),
      'test/services/stages/extract/decoys.ts': (text) =>
        text.replace(/\};\n$/, `${decoyText(name, extension)}};\n`),
    },
    next: [
      `edit ${folder}/${name}.ts: what is a definition, what is an import, where it leads`,
      `check the row in schemas/languages/parsed.ts, which was copied from ${like}`,
      `npm test -- languages/${name} decoys parsed-languages`,
      "a language that is on raises extract's version in schemas/topology.ts",
    ],
  };
}

/** The language that lends its words, and the grammar that reads the new one. */
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

/** A name is one word, since the constant and the file have it; an ending says one language. */
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

/** The row as code; `usual` has what most rows share. The formatter writes it as people do. */
function rowText(row: ParsedLanguageRow): string {
  const { name, title, extensions, comments, strings, definers, signatures, probe } = row;
  const own = { name, title, extensions, comments, strings, definers, signatures, probe };
  return `{ ...usual, ${JSON.stringify(own).slice(1)}`;
}

/** What single lines tell where parsing fails: as much as in the language that it is like. */
function addFamily(text: string, name: string, like: string): string {
  const row = new RegExp(`^  ${like}(?:: (\\w+))?,$`, 'm').exec(text);
  if (row === null) throw new Error(`has no family for ${like}`);
  return insertBefore(text, '};\n\nconst byLanguage', `  ${name}: ${row[1] ?? like},\n`);
}

function nameParser(text: string, title: string): string {
  const opening = '**Parsers.** tree-sitter for ';
  const start = text.indexOf(opening);
  const end = text.indexOf('\n\n', start);
  if (start < 0 || end < 0) throw new Error(`has no paragraph that begins with ${opening}`);
  const paragraph = text.slice(start, end).replace(opening, `${opening}${title}, `);
  return text.slice(0, start) + wrapText(paragraph) + text.slice(end);
}

/** An import that looks like a file which is here, further down. */
function decoyText(name: string, extension: string): string {
  const files = {
    [`vendor/lib/log${extension}`]: '',
    [`main${extension}`]: `load("lib/log${extension}")\n`,
  };
  const decoy = { files, externals: [`lib/log${extension}`] };
  return `  ${name}: [${JSON.stringify(decoy)}],\n`;
}
