/**
 * Which documents a repository becomes, and what stands in each before its files: task,
 * requirements and plan; after the first episode a task that repeats the requirements in brief and
 * names what is written, and the episode's own part of the plan. Pure.
 */
import type {
  PlannedModule,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../schemas/generated/types.ts';
import { renderSegment, type TextSegment, usualFence } from '../../../schemas/trajectory-text.ts';
import {
  type DivisionCost,
  describeFolders,
  divideFiles,
  type FileRange,
} from '../../ports/division.ts';
import { type FileSegments, segment } from './file-segments.ts';
import { estimateTokens } from './tokens.ts';
import {
  briefOf,
  describeContinuation,
  describeEpisodePlan,
  describePlan,
  describeTask,
  type EpisodeFacts,
  endLine,
  type ModuleList,
  moduleLine,
  planLine,
} from './wording.ts';

export interface EpisodeLimits {
  /** Tokens of an episode; null and 0 divide nothing. */
  readonly episodeTokens: number | null;
  readonly briefBytesMax: number;
}

export interface Planned {
  readonly structure: RepoStructureBody;
  readonly plan: RepoPlanBody;
}

/** A document: what stands before its files, and which they are. */
export interface DocumentLayout extends FileRange {
  readonly opening: readonly TextSegment[];
}

export function layOut(
  planned: Planned,
  files: readonly FileSegments[],
  limits: EpisodeLimits,
): DocumentLayout[] {
  const { structure, plan } = planned;
  const before = [frame(planned), segment('task', describeTask(structure)), ...needed(plan)];
  const modules = listedModules(plan, null, Number.POSITIVE_INFINITY);
  const opening = [...before, segment('plan', describePlan(plan, modules))];
  const whole = [{ opening, from: 0, to: files.length }];
  const most = limits.episodeTokens ?? 0;
  if (most === 0) return whole;
  const lines = tokensOfModules(plan.modules);
  const sized = files.map(({ path, segments }, position) => ({
    path,
    size: estimateTokens(planLine(plan, position)) + tokensOf(segments),
    shared: lines[plan.files[position]?.module ?? -1],
  }));
  const beside = tokensOf(before) + estimateTokens(plan.architecture);
  const allModules = lines.reduce((sum, { size }) => sum + size, 0);
  const total = sized.reduce((sum, { size }) => sum + size, beside + allModules);
  if (total <= most) return whole;
  const target = Math.floor(most * (1 - estimateShort));
  const frugal = limitsFor(target, total, limits);
  const brief = briefOf(plan.requirements, frugal.briefBytes);
  const continued = estimateTokens(brief + describeTask(structure));
  const listed = frugal.listedMax * lineTokens;
  const room = {
    first: Math.max(1, target - beside - listed - Math.min(frugal.moduleTokens, allModules)),
    later: Math.max(1, target - continued - frugal.beforeMax * lineTokens),
  };
  const ranges = divideFiles(sized, room, cost);
  if (ranges.length === 1) return whole;
  const episodes = ranges.map((range, position): EpisodeFacts => {
    const paths = files.slice(range.from, range.to).map(({ path }) => path);
    const folders = describeFolders(paths);
    return { ...range, number: position + 1, of: ranges.length, folders };
  });
  return episodes.map((episode) => ({
    ...openEpisode(planned, episode, episodes, { ...frugal, brief }),
    from: episode.from,
    to: episode.to,
  }));
}

interface Frugal {
  readonly briefBytes: number;
  /** Episodes that the first one's plan lists. */
  readonly listedMax: number;
  /** Of the lines about modules. */
  readonly moduleTokens: number;
  /** Earlier episodes that a later one's task lists: the nearest. */
  readonly beforeMax: number;
}

/**
 * A pack that an episode does not fill is filled by others only where it is short, so beyond half
 * of the length what is missing is lost. Episodes are either full or short.
 */
const cost: DivisionCost = { run: 0.3, within: 0.1, filledFrom: 0.5 };

/** By how much the tokens of an episode may exceed the estimate of them. */
const estimateShort = 0.015;

/** A line that names an episode has about so many tokens. */
const lineTokens = 24;
const beforeMax = 24;
/** What an episode is told beside its own plan and files takes about these shares of it. */
const share = { brief: 1 / 8, listed: 1 / 8, modules: 1 / 8, before: 1 / 16 };
const bytesPerToken = 4;

/** The modules of an episode, or all of them, as many as have room. */
function listedModules(
  { modules, files }: RepoPlanBody,
  episode: FileRange | null,
  tokensMax: number,
): ModuleList {
  const own = files.slice(episode?.from ?? 0, episode?.to ?? files.length);
  const counts = Map.groupBy(own, ({ module }) => module ?? -1);
  const wanted = modules.flatMap((module, position) => {
    const count = counts.get(position)?.length ?? 0;
    return count === 0 ? [] : [{ ...module, files: count }];
  });
  let left = tokensMax;
  const listed = wanted.filter((module) => {
    left -= estimateTokens(`${moduleLine(module)}\n`);
    return left >= 0;
  });
  return { listed, more: wanted.length - listed.length };
}

/** Each module's line, which stands in the plan of every episode with a file of it. */
function tokensOfModules(modules: readonly PlannedModule[]) {
  return modules.map((each, name) => {
    return { name, size: estimateTokens(`${moduleLine({ ...each, files: 99 })}\n`) };
  });
}

function limitsFor(target: number, total: number, { briefBytesMax }: EpisodeLimits): Frugal {
  const episodes = 2 * Math.ceil(total / target);
  const linesIn = (part: number) => Math.floor((target * part) / lineTokens);
  return {
    briefBytes: Math.min(briefBytesMax, Math.floor(target * share.brief * bytesPerToken)),
    listedMax: Math.min(episodes, linesIn(share.listed)),
    moduleTokens: Math.floor(target * share.modules),
    beforeMax: Math.min(episodes, beforeMax, linesIn(share.before)),
  };
}

function openEpisode(
  { structure, plan }: Planned,
  episode: EpisodeFacts,
  all: readonly EpisodeFacts[],
  { brief, listedMax, beforeMax, moduleTokens }: Frugal & { readonly brief: string },
): Pick<DocumentLayout, 'opening'> {
  const isFirst = episode.number === 1;
  const before = all.slice(Math.max(0, episode.number - 1 - beforeMax), episode.number - 1);
  const task = isFirst
    ? describeTask(structure, episode)
    : describeContinuation(structure, brief, episode, before);
  const modules = listedModules(plan, isFirst ? null : episode, moduleTokens);
  const opening = [
    frame({ structure, plan }),
    segment('task', task),
    ...(isFirst ? needed(plan) : []),
    segment(
      'plan',
      describeEpisodePlan(plan, episode, isFirst ? all.slice(0, listedMax) : [], modules),
    ),
  ];
  return { opening };
}

function frame({ structure }: Planned): TextSegment {
  return segment('backstory', '', structure.repository.name);
}

/** A teacher that could not be made to plan leaves no requirements. */
function needed({ requirements }: RepoPlanBody): TextSegment[] {
  return requirements === '' ? [] : [segment('requirements', endLine(requirements))];
}

function tokensOf(segments: readonly TextSegment[]): number {
  return segments.reduce((sum, each) => sum + estimateTokens(renderSegment(usualFence, each)), 0);
}
