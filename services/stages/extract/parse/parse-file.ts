/**
 * Parses one file at a time. Runs in the parser children, so that a native parser that aborts,
 * hangs or grows costs one file. A failure is an outcome, never an exception.
 */
import type Parser from 'tree-sitter';
import type { Facts } from '../facts/facts.ts';
import type { ParseOutcome } from '../facts/parse-outcome.ts';
import { unparsed } from '../facts/parse-outcome.ts';
import { languageNamed } from '../languages/all-languages.ts';
import type { OxcResult } from '../languages/ecmascript/tree.ts';
import type {
  Dialect,
  Excerpt,
  Language,
  OxcParsing,
  TreeSitterParsing,
} from '../languages/language.ts';
import { openTreeReader } from '../syntax/fast-tree.ts';
import { errorRatioOf } from '../syntax/tree.ts';
import { parseFlowSyntax } from './flow.ts';

export interface ParseLimits {
  readonly parseTimeMsMax: number;
  readonly symbolsPerFileMax: number;
}

export interface ParseJob {
  readonly path: string;
  /** Name of a parsed language. */
  readonly language: string;
  readonly text: string;
}

export interface FileParser {
  parse(job: ParseJob): Promise<ParseOutcome>;
}

/** Share of a text in errors above which a second parse of the repaired text pays. */
const repairAbove = 0.01;

type Outcome = Omit<ParseOutcome, 'shortfall'> | string;
type ReadFile = (job: ParseJob) => Outcome | Promise<Outcome>;

/** Grammars load when first needed: most repositories use one or two. */
export function openFileParser(limits: ParseLimits): FileParser {
  const loaded = new Map<string, Promise<ReadFile>>();
  return {
    async parse(job) {
      const language = languageNamed(job.language);
      if (language === null) return unparsed(`no parser for ${job.language}`);
      const loading = loaded.get(language.name) ?? load(language, limits);
      loaded.set(language.name, loading);
      try {
        const read = await loading;
        const outcome = await read(job);
        if (typeof outcome === 'string') return unparsed(outcome);
        return limitNames(limitSymbols(outcome, limits.symbolsPerFileMax));
      } catch (error) {
        // One file's failure must not cost the batch; it is reported with its cause.
        return unparsed(`parser failed: ${(error as Error).message.slice(0, 200)}`);
      }
    },
  };
}

function limitSymbols(outcome: Omit<ParseOutcome, 'shortfall'>, countMax: number): ParseOutcome {
  const { symbols } = outcome.facts;
  if (symbols.length <= countMax) return { ...outcome, shortfall: null };
  const facts = { ...outcome.facts, symbols: symbols.slice(0, countMax) };
  return { ...outcome, facts, shortfall: 'symbols-limited' };
}

/**
 * No name of a program has more marks between its parts. Names are looked up by their beginnings,
 * `a`, `a.b` and so on, so one with half a million parts would take hours.
 */
const marksMax = 512;

function fits(name: string): boolean {
  return name.length <= marksMax || (name.match(/[.:\\/]/g)?.length ?? 0) <= marksMax;
}

function limitNames(outcome: ParseOutcome): ParseOutcome {
  const { imports, uses, scope, members, aliases } = outcome.facts;
  const kept = {
    // The text of a `data:` address is the imported module itself.
    imports: imports.filter(({ specifier: name }) => fits(name) || /^data:(?!:)/.test(name)),
    uses: uses.filter(fits),
    scope: scope === null || fits(scope) ? scope : null,
    members: new Map([...members].filter(([name]) => fits(name))),
    aliases: new Map([...aliases].filter(([name]) => fits(name))),
  };
  const isWhole =
    kept.imports.length === imports.length &&
    kept.uses.length === uses.length &&
    kept.scope === scope &&
    kept.members.size === members.size &&
    kept.aliases.size === aliases.size;
  if (isWhole) return outcome;
  const shortfall = outcome.shortfall ?? 'names-limited';
  return { ...outcome, facts: { ...outcome.facts, ...kept }, shortfall };
}

function load(language: Language, limits: ParseLimits): Promise<ReadFile> {
  const { parsing } = language;
  return parsing.parser === 'oxc' ? loadOxc(parsing) : loadTreeSitter(parsing, limits);
}

async function loadTreeSitter(parsing: TreeSitterParsing, limits: ParseLimits): Promise<ReadFile> {
  const [core, grammar] = await Promise.all([
    importDefault('tree-sitter'),
    importDefault(parsing.grammar),
  ]);
  const parser = new (core as typeof Parser)();
  parser.setLanguage(grammar as Parser.Language);
  // A grammar of another generation loads, and fails only when used.
  if (parser.parse('').rootNode === undefined) throw new Error(`${parsing.grammar} does not fit`);
  const readTree = openTreeReader(grammar);
  const attempt = (text: string, path: string) => {
    const tree = parseWithin(parser, text, limits.parseTimeMsMax);
    if (tree === null) return null;
    const root = readTree(tree, text);
    const errorRatio = errorRatioOf(root, text.length);
    return { errorRatio, read: () => parsing.read(root, text, path) };
  };
  return ({ text: whole, path }) => {
    const excerpt = parsing.excerpt?.(whole) ?? null;
    if (typeof excerpt === 'string') return excerpt;
    const written = excerpt?.text ?? whole;
    const text = parsing.prepare?.(written) ?? written;
    const first = attempt(text, path);
    if (first === null) return 'parse-time';
    const second = secondLook(parsing, written, text, first.errorRatio);
    const other = second === text ? null : attempt(second, path);
    const best = other !== null && other.errorRatio < first.errorRatio ? other : first;
    const facts = { ...best.read(), errorRatio: best.errorRatio };
    return { parser: 'tree-sitter', facts: excerpt === null ? facts : placed(facts, excerpt) };
  };
}

/** The text to try after errors: as it was written, or repaired; the same one for none. */
function secondLook(
  parsing: TreeSitterParsing,
  written: string,
  read: string,
  errorRatio: number,
): string {
  if (errorRatio > repairAbove && parsing.repair !== undefined) return parsing.repair(written);
  return errorRatio > 0 ? written : read;
}

/** Moves definitions from the lines of an excerpt to the lines of the file. */
function placed(facts: Facts, { lines }: Excerpt): Facts {
  const lineOf = (line: number) => lines[line - 1] ?? lines.at(-1) ?? 1;
  const symbols = facts.symbols.map((symbol) => ({
    ...symbol,
    startLine: lineOf(symbol.startLine),
    endLine: lineOf(symbol.endLine),
  }));
  return { ...facts, symbols };
}

/**
 * Null if parsing takes more processor time. tree-sitter's own limit is wall time, which a busy
 * machine gives to other processes; so a parse that hits it is continued until its processor time
 * is used up.
 */
function parseWithin(parser: Parser, text: string, timeMsMax: number): Parser.Tree | null {
  const begin = process.threadCpuUsage();
  const options = { bufferSize: text.length + 1 };
  let leftMs = timeMsMax;
  while (leftMs > 0) {
    parser.setTimeoutMicros(Math.ceil(leftMs * 1000));
    const start = performance.now();
    // Null at the limit, whatever the declared type says; some versions throw instead.
    const tree = parseOrNull(() => parser.parse(text, undefined, options) as Parser.Tree | null);
    if (tree !== null) return tree;
    // The parse failed before the limit, so more time would not help.
    if (performance.now() - start < leftMs) break;
    const { user, system } = process.threadCpuUsage(begin);
    leftMs = timeMsMax - (user + system) / 1000;
  }
  parser.reset();
  return null;
}

function parseOrNull(parse: () => Parser.Tree | null): Parser.Tree | null {
  try {
    return parse();
  } catch {
    // The binding throws when the parser gives no tree, for example at the time limit.
    return null;
  }
}

async function importDefault(name: string): Promise<unknown> {
  const module = (await import(name)) as { default?: unknown };
  return module.default ?? module;
}

async function loadOxc(parsing: OxcParsing): Promise<ReadFile> {
  const { openOxc } = await import('../syntax/oxc.ts');
  const parse = openOxc();
  const attempt = (job: ParseJob, lang: Dialect): Attempt | null | Promise<Attempt | null> => {
    if (lang === 'flow') return parseFlow(job.text);
    const { path, text } = job;
    const { program, comments, errors } = parse(path, text, { lang, preserveParens: false });
    // oxc gives an empty program after an error from which it cannot recover.
    if (errors.length > 0 && program.body.length === 0) return null;
    const bad = errors.flatMap(({ labels }) => labels).map(({ start, end }) => end - start);
    const tree = { program, comments } as unknown as OxcResult;
    return { parser: 'oxc', tree, errors: errors.length, bad: bad.reduce((a, b) => a + b, 0) };
  };
  return async (whole) => {
    let best: Attempt | null = null;
    const job = { ...whole, text: parsing.excerpt?.(whole.text) ?? whole.text };
    for (const lang of parsing.dialects(job.path)) {
      const next = await attempt(job, lang);
      if (next !== null && (best === null || next.errors < best.errors)) best = next;
      if (best?.errors === 0) break;
    }
    if (best === null) return 'syntax-errors';
    const errorRatio = Math.min(1, best.bad / (job.text.length || 1));
    return { parser: best.parser, facts: { ...parsing.read(best.tree, job.text), errorRatio } };
  };
}

interface Attempt {
  readonly parser: 'oxc' | 'babel';
  readonly tree: OxcResult;
  readonly errors: number;
  /** Characters in errors. */
  readonly bad: number;
}

async function parseFlow(text: string): Promise<Attempt | null> {
  const parsed = await parseFlowSyntax(text);
  return parsed === null ? null : { parser: 'babel', bad: parsed.errors, ...parsed };
}
