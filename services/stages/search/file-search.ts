/**
 * Searches one file, write by write: loads its texts, scores the thoughts before each write on what
 * it writes, and puts the result into the trace.
 */
import type {
  FileThoughtBody,
  FileTraceBody,
  SearchReport,
  Step,
  Usage,
} from '../../../schemas/generated/types.ts';
import { lineRange } from '../../../schemas/lines.ts';
import { requestOfPart } from '../../ports/file-parts.ts';
import { createLeakGuard, type LeakGuard, type LeakLimits } from '../../ports/leak-guard.ts';
import type { ScoreRequest, Scorer } from '../../ports/scorer.ts';
import type { RewriteRequest, ThinkRequest } from '../../ports/teacher.ts';
import { buildThinkRequest } from '../../ports/think-request.ts';
import { sumUsage } from '../../ports/usage.ts';
import { withUsage } from '../../runtime/errors.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import type { Tools } from '../../runtime/stage.ts';
import { loadTexts } from '../../runtime/store/repository-texts.ts';
import type { SearchKnobs } from './config.ts';
import { buildScoredText, byteLength, headOf, renderThoughts, type Work } from './context.ts';
import { leaveOut, rewritesOfFile, tellsNothing } from './limits.ts';
import type { RewriteQuestion, Variant } from './machine.ts';
import type { searchReport } from './report.ts';
import { type SearchPorts, type SearchResult, searchThoughts } from './thought-search.ts';
import type { Score } from './weak-lines.ts';

type SearchTools = Tools<'search', SearchKnobs, typeof searchReport>;

export async function searchFile(
  trace: FileTraceBody,
  tools: SearchTools,
): Promise<FileThoughtBody> {
  const { config, scorer } = tools;
  if (trace.status !== 'done' || !config.enabled || scorer === null) {
    return { ...trace, search: null };
  }
  const whole = await loadRequest(trace, tools);
  const works = worksOf(trace.steps, whole.code);
  const spans = works.map(({ lines }) => ({ fromLine: lines?.[0] ?? 0, toLine: lines?.[1] ?? 0 }));
  const usages: Usage[] = [];
  const done: Searched[] = [];
  let rewritesMax = rewritesOfFile(trace, config);
  for (const [at, work] of works.entries()) {
    const request = works.length === 1 ? whole : requestOfPart(whole, spans, at + 1);
    const before = done.map(({ result }, earlier) => ({
      ...(works[earlier] as Work),
      thoughts: result.thoughts,
    }));
    const searched = await searchWork({ request, work, before, usages, rewritesMax }, tools);
    rewritesMax -= searched.result.candidates.length;
    done.push(searched);
  }
  const thoughts = done.flatMap(({ result }) => result.thoughts);
  const first = works.flatMap((work) => work.thoughts);
  const search = report(scorer, first, done, config);
  const usage = sumUsage([trace.usage, ...usages]);
  if (config.leaveOutWeak && tellsNothing(search, config)) {
    tools.count('thoughts_left_out', thoughts.length);
    return leaveOut({ ...trace, usage, search });
  }
  return { ...trace, steps: replaceThoughts(trace.steps, thoughts), usage, search };
}

/** What each write of the file is preceded by, and makes. */
function worksOf(steps: readonly Step[], code: string): Work[] {
  const works: Work[] = [];
  let thoughts: string[] = [];
  for (const { kind, text, fromLine, toLine } of steps) {
    if (kind === 'think') thoughts.push(text ?? '');
    if (kind !== 'write') continue;
    const lines = fromLine === 0 ? null : ([fromLine, toLine] as const);
    works.push({ thoughts, lines, code: lineRange(code, fromLine, toLine) });
    thoughts = [];
  }
  return works;
}

interface Question {
  /** About the file, or about the part of it that the work writes. */
  readonly request: ThinkRequest;
  readonly work: Work;
  /** The parts before it, with the thoughts that were kept. */
  readonly before: readonly Work[];
  /** Takes what the answers cost. */
  readonly usages: Usage[];
  /** How many rewrites the file may still ask for. */
  readonly rewritesMax: number;
}

interface Searched {
  readonly targetBytes: number;
  readonly result: SearchResult;
}

/** Searches the thoughts before one write; they are scored on what it writes. */
async function searchWork(
  { request, work: { thoughts, lines }, before, usages, rewritesMax }: Question,
  tools: SearchTools,
): Promise<Searched> {
  const { config, scorer } = tools;
  const { fence, context, target } = buildScoredText(request, thoughts, config, before);
  // Without code or without a thought, a search has no bits to lower.
  if (scorer === null || target.trim() === '' || thoughts.length === 0) {
    return { targetBytes: 0, result: { thoughts, ...unsearched } };
  }
  const scoreAfter = (before: string, variants: readonly Variant[]) => {
    const texts = variants.map((variant) => renderThoughts(fence, request.path, variant, lines));
    tools.count('candidates_scored', texts.length);
    tools.count('scored_bytes', texts.length * byteLength(target));
    return scoreWith(scorer, { context: before, thoughts: texts, target }, tools);
  };
  const ports: SearchPorts = {
    score: (variants) => scoreAfter(context, variants),
    scoreBare: async (variant) => (await scoreAfter('', [variant]))[0] ?? null,
    rewrite: async (question) => {
      const { sample } = question;
      const asked = requestOf(request, question, target);
      const answer = await askOrGiveUp(() => tools.teacher.rewrite(asked, sample, tools.signal));
      usages.push(answer.usage);
      if ('reason' in answer) return { none: 'failed' };
      return answer.value === null ? { none: 'exhausted' } : { text: answer.value };
    },
  };
  const result = await searchThoughts(thoughts, guardOf(request, config), ports, {
    ...config,
    ...{ fence, target, rewritesMax },
  }).catch((error: unknown) => {
    throw withUsage(error, sumUsage(usages));
  });
  const { candidates, places } = result;
  const accepted = candidates.filter((candidate) => candidate.outcome === 'accepted');
  tools.count('candidates_accepted', accepted.length);
  if (candidates.length === rewritesMax) tools.count('rewrite_limits_reached', 1);
  if (places !== null) tools.count('places_searched', places.length);
  if (places?.length === 0) tools.count('thoughts_without_place', thoughts.length);
  return { targetBytes: byteLength(target), result };
}

/** Of code or of thoughts that are none. */
const unsearched = { bitsNone: 0, bitsBefore: 0, bitsAfter: 0, candidates: [], places: null };

/** Bits per token only where the scorer knows them and lines matter. */
async function scoreWith(
  scorer: Scorer,
  request: ScoreRequest,
  { config, signal }: SearchTools,
): Promise<readonly (Score | null)[]> {
  const isTold = config.weakLinesMax > 0 || config.bytesPerPlace > 0;
  if (isTold && scorer.scoreTokens !== undefined) {
    return scorer.scoreTokens(request, signal);
  }
  const bits = await scorer.score(request, signal);
  return bits.map((each) => (each === null ? null : { bits: each, tokens: [] }));
}

function requestOf(
  request: ThinkRequest,
  { text, round, ordinal, bytesMax, bits, tried, weakLines }: RewriteQuestion,
  target: string,
): RewriteRequest {
  const lines = weakLines.map(({ line, bits: needed }) => ({
    ...{ line, bits: needed },
    text: headOf(lineRange(target, line, line).trim(), weakLineBytesMax),
  }));
  return {
    ...{ ...request, thought: text, round, ordinal, bytesMax, bits, tried },
    // Absent where nothing is known, so that the question of a scorer without them is as it was.
    ...(lines.length === 0 ? {} : { weakLines: lines }),
  };
}

/** A longer line is told by its beginning. */
const weakLineBytesMax = 160;

/** Guards what is written now, and what of the file is written after it. */
function guardOf({ code, reads, part }: ThinkRequest, limits: LeakLimits): LeakGuard {
  const visible = reads.map(({ text }) => text);
  const own = createLeakGuard(code, visible, limits);
  if (part === undefined) return own;
  const rest = lineRange(part.whole.code, part.fromLine, Number.MAX_SAFE_INTEGER);
  const ahead = createLeakGuard(rest, visible, limits);
  return { find: (text) => own.find(text) ?? ahead.find(text) };
}

/** Of all writes of the file together; candidates name the thought by its place in the file. */
function report(
  scorer: Scorer,
  first: readonly string[],
  done: readonly Searched[],
  { keepTexts }: SearchKnobs,
): SearchReport {
  const sum = (of: (searched: Searched) => number) =>
    done.reduce((total, searched) => total + of(searched), 0);
  let thoughts = 0;
  const candidates = done.flatMap(({ result }) => {
    const before = thoughts;
    thoughts += result.thoughts.length;
    return result.candidates.map((each) => ({
      ...each,
      thought: before + each.thought,
      text: keepTexts ? each.text : null,
    }));
  });
  return {
    scorer: scorer.identity,
    configuration: scorer.configuration,
    targetBytes: sum(({ targetBytes }) => targetBytes),
    bitsNone: done.some(({ result }) => result.bitsNone === null)
      ? null
      : sum(({ result }) => result.bitsNone ?? 0),
    bitsBefore: sum(({ result }) => result.bitsBefore),
    bitsAfter: sum(({ result }) => result.bitsAfter),
    thoughtBytesBefore: byteLength(first.join('')),
    candidates,
  };
}

async function loadRequest(trace: FileTraceBody, tools: SearchTools): Promise<ThinkRequest> {
  const structure = await tools.bodies.load('repo-structure', trace.structure);
  const plan = await tools.bodies.load('repo-plan', trace.plan);
  const read = trace.steps.flatMap((step) => (step.path === null ? [] : [step.path]));
  const texts = await loadTexts(tools.blobs, structure.repository, [trace.path, ...read]);
  return buildThinkRequest(structure, plan, trace.path, trace.steps, (path, from, to) =>
    lineRange(texts.get(path) ?? '', from, to),
  );
}

function replaceThoughts(steps: readonly Step[], thoughts: readonly string[]): Step[] {
  let next = 0;
  return steps.map((step) => {
    if (step.kind !== 'think') return step;
    const text = thoughts[next] ?? step.text;
    next += 1;
    return { ...step, text };
  });
}
