/** Loads the texts for the search of one file, and puts the search's result into the trace. */

import type {
  FileThoughtBody,
  FileTraceBody,
  SearchReport,
  Step,
  Usage,
} from '../../../schemas/generated/types.ts';
import { lineRange } from '../../../schemas/lines.ts';
import { createLeakGuard } from '../../ports/leak-guard.ts';
import type { Scorer } from '../../ports/scorer.ts';
import type { ThinkRequest } from '../../ports/teacher.ts';
import { buildThinkRequest } from '../../ports/think-request.ts';
import { sumUsage } from '../../ports/usage.ts';
import { withUsage } from '../../runtime/errors.ts';
import { askOrGiveUp } from '../../runtime/given-up.ts';
import type { Tools } from '../../runtime/stage.ts';
import { loadTexts } from '../../runtime/store/repository-texts.ts';
import type { SearchKnobs } from './config.ts';
import { buildScoredText, byteLength, renderThoughts } from './context.ts';
import type { searchReport } from './report.ts';
import { type SearchPorts, type SearchResult, searchThoughts } from './thought-search.ts';

type SearchTools = Tools<'search', SearchKnobs, typeof searchReport>;

export async function searchFile(
  trace: FileTraceBody,
  tools: SearchTools,
): Promise<FileThoughtBody> {
  const { config, scorer } = tools;
  if (trace.status !== 'done' || !config.enabled || scorer === null) {
    return { ...trace, search: null };
  }
  const request = await loadRequest(trace, tools);
  const thoughts = trace.steps.flatMap((step) => (step.kind === 'think' ? [step.text ?? ''] : []));
  const { fence, context, target } = buildScoredText(request, thoughts, config);
  // Without code or without a thought, a search has no bits to lower.
  const searchable = target.trim() !== '' && thoughts.length > 0;
  const usages: Usage[] = [];
  const ports: SearchPorts = {
    score: (variants) => {
      const texts = variants.map((variant) => renderThoughts(fence, trace.path, variant));
      tools.count('candidates_scored', texts.length);
      tools.count('bytes_scored', texts.length * byteLength(target));
      return scorer.score({ context, thoughts: texts, target }, tools.signal);
    },
    rewrite: async ({ text, round, sample, bytesMax }) => {
      const asked = { ...request, thought: text, round, bytesMax };
      const answer = await askOrGiveUp(() => tools.teacher.rewrite(asked, sample, tools.signal));
      usages.push(answer.usage);
      return 'reason' in answer ? null : answer.value;
    },
  };
  const visible = request.reads.map((read) => read.text);
  const guard = createLeakGuard(request.code, visible, config);
  const result = searchable
    ? await searchThoughts(thoughts, guard, ports, { ...config, fence }).catch((error: unknown) => {
        throw withUsage(error, sumUsage(usages));
      })
    : { thoughts, bitsBefore: 0, bitsAfter: 0, candidates: [] };
  const accepted = result.candidates.filter((candidate) => candidate.outcome === 'accepted');
  tools.count('candidates_accepted', accepted.length);
  return {
    ...trace,
    steps: replaceThoughts(trace.steps, result.thoughts),
    usage: sumUsage([trace.usage, ...usages]),
    search: report(scorer, searchable ? byteLength(target) : 0, thoughts, result),
  };
}

function report(
  scorer: Scorer,
  targetBytes: number,
  first: readonly string[],
  result: SearchResult,
): SearchReport {
  return {
    scorer: scorer.identity,
    configuration: scorer.configuration,
    targetBytes,
    bitsBefore: result.bitsBefore,
    bitsAfter: result.bitsAfter,
    thoughtBytesBefore: byteLength(first.join('')),
    candidates: result.candidates,
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
