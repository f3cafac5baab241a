/** Shows the modules of a large project, and asks for the purpose of each of a batch. */
import type { Mending, Module, PlanRequest } from '../../ports/teacher.ts';
import { modulesByPath } from '../modules-by-path.ts';
import { rankDefinitions } from './importance.ts';
import { modulesInstructions } from './instructions.ts';
import { fitLines, fitText, joinMaterial, material } from './material.ts';
import { mendingParts } from './mending.ts';
import type { Prompt } from './version.ts';

const namePrefix = 'module_';
const moduleNames = new RegExp(`${namePrefix}([1-9]\\d*)`, 'g');

/** The name of a module in prompts and answers, by its position from 0. */
export function moduleName(position: number): string {
  return `${namePrefix}${position + 1}`;
}

/**
 * A text of an answer, with the modules called by their folders; their short names are of the
 * prompts alone. In one pass, because a folder may be called as a module is.
 */
export function nameModules(text: string, { modules }: Pick<PlanRequest, 'modules'>): string {
  return text.replaceAll(moduleNames, (name, number) => modules[Number(number) - 1]?.name ?? name);
}

/** Shares of the longest prompt. */
const shares = { requirements: 0.1, architecture: 0.1, dependencies: 0.1, modules: 0.55 } as const;

export interface ModuleBatch {
  /** Positions of the modules whose purpose is asked for. */
  readonly modules: readonly number[];
  /** Where some of them are asked for again: what was refused. */
  readonly mending?: Mending | undefined;
}

export function modulesPrompt(
  request: PlanRequest,
  { modules: batch, mending }: ModuleBatch,
  prose: { readonly requirements: string; readonly architecture: string },
  bytesMax: number,
): Prompt {
  const room = Math.floor((bytesMax * shares.modules) / batch.length);
  const definitions = definitionsOf(request);
  const shown = batch.flatMap((position) => {
    const module = request.modules[position];
    if (module === undefined) return [];
    // Even with a tiny share of the budget, each module must be named to get its purpose.
    const head = renderModule(module, position);
    const own = fitLines(definitions[position] ?? [], room - Buffer.byteLength(head));
    return [own === '' ? head : `${head}\n${own}`];
  });
  const dependencies = renderModuleEdges(request, new Set(batch));
  return {
    system: modulesInstructions,
    user: joinMaterial([
      material('project', request.name),
      material('requirements', fitText(prose.requirements, bytesMax * shares.requirements)),
      material('architecture', fitText(prose.architecture, bytesMax * shares.architecture)),
      material('dependencies', fitLines(dependencies, bytesMax * shares.dependencies)),
      material('modules', shown.join('\n')),
      ...mendingParts(mending, bytesMax),
    ]),
  };
}

export function renderModules({ modules }: PlanRequest): string[] {
  return modules.map(renderModule);
}

function renderModule({ name, files }: Module, position: number): string {
  const several = files.length === 1 ? 'file' : 'files';
  return `${moduleName(position)}: ${name} (${files.length} ${several})`;
}

const definitionsByRequest = new WeakMap<PlanRequest, readonly (readonly string[])[]>();

/** What each module defines, that on which most depends first; found once for all batches. */
function definitionsOf(request: PlanRequest): readonly (readonly string[])[] {
  const known = definitionsByRequest.get(request);
  if (known !== undefined) return known;
  const position = modulesByPath(request);
  const lines: string[][] = request.modules.map(() => []);
  for (const { file, definition } of rankDefinitions(request.files, request.edges)) {
    if (definition.parent !== null) continue;
    const doc = definition.doc === null ? '' : `  // ${definition.doc}`;
    lines[position.get(file.path) ?? -1]?.push(`  ${file.path}: ${definition.signature}${doc}`);
  }
  definitionsByRequest.set(request, lines);
  return lines;
}

/** `module_3 -> module_1: names`; of all modules, or of those in the set. */
export function renderModuleEdges(request: PlanRequest, of?: ReadonlySet<number>): string[] {
  const moduleOf = modulesByPath(request);
  const between = new Map<string, Set<string>>();
  for (const edge of request.edges) {
    const [from, to] = [moduleOf.get(edge.from), moduleOf.get(edge.to)];
    if (from === undefined || to === undefined || from === to || of?.has(from) === false) continue;
    const key = `${moduleName(from)} -> ${moduleName(to)}`;
    const names = between.get(key) ?? new Set();
    between.set(key, names);
    for (const name of edge.names) names.add(name);
  }
  return [...between].map(([key, names]) => {
    const shown = [...names].slice(0, namesMax).join(', ');
    return shown === '' ? key : `${key}: ${shown}`;
  });
}

const namesMax = 12;
