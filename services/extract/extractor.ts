/**
 * From the files of a repository to its structure: parses what has a parser in child processes,
 * lists the rest, and resolves. Used by the stage and by the `structure` command.
 */
import { countLines } from '../../schemas/lines.ts';
import type { Configuration } from './config.ts';
import { buildStructure, type Shortfall, type Structure } from './core.ts';
import { byText, noFacts, type ParsedFile } from './facts.ts';
import { plainLanguage } from './languages/plain.ts';
import { isManifest, languageOf } from './languages/registry.ts';
import { type ParseJob, type ParseOutcome, unparsed } from './parse-file.ts';
import { openParserPool } from './parser-pool.ts';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Extractor {
  /** The same files give the same structure, in whatever sequence and on however many processes. */
  extract(files: readonly SourceFile[], signal: AbortSignal): Promise<Structure>;
  close(): Promise<void>;
}

/** Children start with the first file and live until `close`. */
export function openExtractor(config: Configuration): Extractor {
  const pool = openParserPool(config);
  return {
    async extract(files, signal) {
      const sorted = [...files].sort((a, b) => byText(a.path, b.path));
      const { jobs, refused } = chooseJobs(sorted, config);
      const outcomes = await pool.parse(jobs, signal);
      const parsed = new Map(jobs.map(({ path }, index) => [path, outcomes[index]]));
      const structure = buildStructure(
        sorted.map((file) => parsedFile(file, parsed.get(file.path) ?? refused.get(file.path))),
        config,
      );
      const lost = [...parsed, ...refused].flatMap(([path, outcome]): Shortfall[] =>
        outcome?.shortfall ? [{ path, reason: outcome.shortfall }] : [],
      );
      const shortfalls = [...structure.shortfalls, ...lost];
      shortfalls.sort((a, b) => byText(a.path, b.path) || byText(a.reason, b.reason));
      return { ...structure, shortfalls };
    },
    close: () => pool.close(),
  };
}

/** What goes to the parsers, and which files of a parsed language do not, with the reason. */
function chooseJobs(files: readonly SourceFile[], config: Configuration) {
  const jobs: ParseJob[] = [];
  const refused = new Map<string, ParseOutcome>();
  for (const { path, text } of files) {
    const language = languageOf(path, text);
    if (language === null) continue;
    if (Buffer.byteLength(text) > config.parseBytesMax) refused.set(path, unparsed('parse-bytes'));
    else if (jobs.length >= config.filesParsedMax) refused.set(path, unparsed('files-limited'));
    else jobs.push({ path, language: language.name, text });
  }
  return { jobs, refused };
}

function parsedFile(file: SourceFile, outcome: ParseOutcome | undefined): ParsedFile {
  const { path, text } = file;
  return {
    path,
    language: languageOf(path, text)?.name ?? plainLanguage(path),
    parser: outcome?.parser ?? 'none',
    lines: countLines(text),
    facts: outcome?.facts ?? noFacts,
    manifest: isManifest(path) ? text : null,
  };
}
