/**
 * Reads the facts of each file of a repository: decodes it, checks it against the caps, and takes
 * the facts from the cache or parses the file. Holds the text of a few files at a time.
 */
import { setImmediate } from 'node:timers/promises';
import { rowOfPath } from '../../../schemas/languages/languages.ts';
import { countLines, withLineFeeds } from '../../../schemas/lines.ts';
import { sha256 } from '../../runtime/ids.ts';
import type { ExtractKnobs } from './config.ts';
import { decodeSource } from './facts/decode.ts';
import type { Definition, ParsedFile } from './facts/facts.ts';
import {
  openKeeper,
  openUnpacker,
  type PackedOutcome,
  packDefinitions,
  packedNothing,
  packedUnparsed,
  type UnpackFacts,
  unpackDefinitions,
} from './facts/packed-facts.ts';
import { isManifest, languageOf } from './languages/all-languages.ts';
import type { Language } from './languages/language.ts';
import type { FactCache } from './parse/fact-cache.ts';
import { outlineByLines } from './parse/line-outline.ts';
import type { ParserPool } from './parse/parser-pool.ts';
import { readerVersion } from './parse/reader-version.ts';
import { nameOf } from './paths.ts';
import { collect } from './turns/collect.ts';
import type { Steps } from './turns/steps.ts';
import { runInTurns } from './turns/turns.ts';
import { openWindow } from './turns/window.ts';

export interface SourceFile {
  readonly path: string;
  /** The text, or a way to read the bytes later: a large repository is never whole in memory. */
  readonly text: string | (() => Promise<Uint8Array>);
}

/** How many files' facts were parsed, and how many came from the cache. */
export interface ReadCounts {
  parsed: number;
  cached: number;
}

export interface Reading {
  /** In the order of the given files. */
  readonly files: readonly ParsedFile[];
  readonly counts: Readonly<ReadCounts>;
}

/** A file whose facts stay packed until all other files of the repository are read. */
interface PackedFile extends Omit<ParsedFile, 'facts'> {
  readonly packed: Parameters<UnpackFacts>[0];
}

/** Text in work at once, in characters: enough that no parser waits. */
const windowBytes = 4 * 1024 * 1024;
/** Characters handled before other work of the process gets a turn. */
const turnCharacters = 256 * 1024;
/** Characters after which garbage is collected, which takes a tenth of a second. */
const collectCharacters = 16 * 1024 * 1024;
/** A file counts at least this many characters, so that 100,000 empty files give turns too. */
const fileWeight = 512;

interface Reader {
  readonly config: ExtractKnobs;
  readonly pool: ParserPool;
  readonly cache: FactCache | null;
  readonly signal: AbortSignal;
  readonly counts: ReadCounts;
  readonly keep: Keep;
}

/** Where packed facts stay: definitions live as long as the result, the others shorter. */
interface Keep {
  readonly definitions: (bytes: Uint8Array) => Uint8Array;
  readonly others: (bytes: Uint8Array) => Uint8Array;
}

/** `files` must be in path order, which decides the files that the repository's caps leave out. */
export async function readFiles(
  files: readonly SourceFile[],
  tools: Omit<Reader, 'counts' | 'keep'>,
): Promise<Reading> {
  const keep = { definitions: openKeeper(), others: openKeeper() };
  const reader: Reader = { ...tools, counts: { parsed: 0, cached: 0 }, keep };
  const { config } = tools;
  const admits = openCaps(config);
  const results = new Array<PackedFile>(files.length);
  const window = openWindow(windowBytes);
  let sinceTurn = 0;
  let sinceCollect = 0;
  for (const [index, file] of files.entries()) {
    tools.signal.throwIfAborted();
    const decoded = typeof file.text === 'string' ? file.text : decodeSource(await file.text());
    const text = decoded === null ? null : withLineFeeds(decoded);
    const weight = fileWeight + (text?.length ?? 0);
    const language = languageOf(file.path, text ?? '');
    const refusal = refusalOf(text, language, admits);
    const read = { path: file.path, text: text ?? '', language };
    if (language === null || refusal !== null) {
      const outcome = refusal === null ? packedNothing : packedUnparsed(refusal);
      results[index] = packedFile(reader, read, outcome);
    } else {
      await window.start(weight, async () => {
        const outcome = await outcomeOf(reader, { ...read, language });
        results[index] = packedFile(reader, read, outcome);
      });
    }
    sinceTurn += weight;
    if (sinceTurn > turnCharacters) {
      await setImmediate();
      sinceTurn = 0;
    }
    sinceCollect += weight;
    if (sinceCollect > collectCharacters) {
      collect();
      sinceCollect = 0;
    }
  }
  await window.drain();
  const parsed = await runInTurns(unpackSteps(results), tools.signal);
  return { files: parsed, counts: reader.counts };
}

/** A file whose turn has come. */
interface OpenFile {
  readonly path: string;
  readonly text: string;
  readonly language: Language | null;
}

/** The reason not to parse a file; null if it may be parsed or has no parser. */
function refusalOf(text: string | null, language: Language | null, admits: Admits): string | null {
  if (text === null) return 'not-text';
  return language === null ? null : admits(text, language);
}

/** Null if a text may be parsed, else the cap that it exceeds. */
type Admits = (text: string, language: Language) => string | null;

function openCaps(config: ExtractKnobs): Admits {
  const start = performance.now();
  let files = 0;
  let bytes = 0;
  return (text, { parsing }) => {
    const length = Buffer.byteLength(text);
    const isWhole = parsing.parser !== 'tree-sitter' || parsing.excerpt === undefined;
    if (length > (isWhole ? config.parseBytesMax : config.notebookBytesMax)) return 'parse-bytes';
    if (files >= config.filesParsedMax) return 'files-limited';
    if (bytes + length > config.bytesParsedMax) return 'bytes-limited';
    if (performance.now() - start > config.repositoryTimeMsMax) return 'time-limited';
    files += 1;
    bytes += length;
    return null;
  };
}

/** Facts from the cache, or parsed; cached unless the outcome depended on the machine. */
async function outcomeOf(
  { config, pool, cache, signal, counts }: Reader,
  { path, text, language }: OpenFile & { readonly language: Language },
): Promise<PackedOutcome> {
  const key =
    cache === null
      ? ''
      : sha256(
          [readerVersion(language), config.symbolsPerFileMax, nameOf(path), sha256(text)].join(
            '\n',
          ),
        );
  const known = cache?.get(key) ?? null;
  if (known !== null) {
    counts.cached += 1;
    return known;
  }
  const [outcome] = await pool.parse([{ path, language: language.name, text }], signal);
  if (outcome === undefined) throw new Error('the parser pool gave no outcome');
  counts.parsed += 1;
  if (outcome.shortfall === null || lasting.has(outcome.shortfall)) cache?.put(key, outcome);
  return outcome;
}

const lasting = new Set(['symbols-limited', 'names-limited', 'syntax-errors']);

function packedFile(
  { config, keep }: Reader,
  { path, text, language }: OpenFile,
  outcome: PackedOutcome,
): PackedFile {
  const name = language?.name ?? rowOfPath(path)?.name ?? 'text';
  const definitions = keep.definitions(outcome.definitions);
  const others = keep.others(outcome.others);
  const { errorRatio } = outcome;
  const inError = errorRatio > config.outlineErrorRatio;
  const outline = inError ? outlineByLines(text, name, config.symbolsPerFileMax) : [];
  const hasLines = outline.length > 0;
  const shown = hasLines
    ? packDefinitions(mergeOutline(unpackDefinitions(definitions), outline, config))
    : definitions;
  return {
    path,
    language: name,
    parser: outcome.parser,
    lines: countLines(text),
    packed: { errorRatio, definitions, others },
    shown: () => unpackDefinitions(shown),
    manifest: isManifest(path) ? text : null,
    hasLines,
    note: outcome.shortfall ?? (inError ? 'syntax-errors' : null),
  };
}

function* unpackSteps(files: PackedFile[]): Steps<ParsedFile[]> {
  const unpack = openUnpacker();
  const parsed: ParsedFile[] = [];
  for (const { packed, ...rest } of files) {
    parsed.push({ ...rest, facts: unpack(packed) });
    yield;
  }
  return parsed;
}

const routines = new Set(['function', 'method']);

/** Keeps the parser's definitions and adds those that it lost in syntax errors, found by lines. */
function mergeOutline(
  symbols: readonly Definition[],
  outline: readonly Definition[],
  { symbolsPerFileMax }: ExtractKnobs,
): Definition[] {
  const spans = [...symbols].sort((a, b) => a.startLine - b.startLine);
  const lost = outline.filter(
    ({ name, startLine: line }) =>
      !spans.some(
        (other) =>
          other.startLine <= line &&
          line <= other.endLine &&
          (other.name === name || (routines.has(other.kind) && other.startLine < line)),
      ),
  );
  return [...spans, ...lost].sort((a, b) => a.startLine - b.startLine).slice(0, symbolsPerFileMax);
}
