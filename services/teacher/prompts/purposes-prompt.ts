/** Asks for one line of purpose for each file of a batch. */
import type { FileStructure } from '../../../schemas/generated/types.ts';
import type { Mending, PlanAnswer, PlanRequest } from '../../ports/teacher.ts';
import { purposesInstructions } from './instructions.ts';
import {
  fitLines,
  fitText,
  joinMaterial,
  type Material,
  material,
  renderEdges,
} from './material.ts';
import { mendingParts } from './mending.ts';
import { moduleName } from './modules-prompt.ts';
import { byteCost, outlineFile } from './outline.ts';
import type { Prompt } from './version.ts';

export interface FileBatch {
  readonly files: readonly FileStructure[];
  /** Position of the module to which all of them belong; null in a project without modules. */
  readonly module: number | null;
  /** Where some of them are asked for again: what was refused. */
  readonly mending?: Mending | undefined;
}

/** What has been decided from the top down. */
export interface PlannedSoFar {
  readonly architecture: string;
  readonly modules: NonNullable<PlanAnswer['modules']>;
}

/** Shares of the longest prompt. */
const shares = { architecture: 0.15, modules: 0.08, dependencies: 0.15, files: 0.6 } as const;

export function purposesPrompt(
  request: PlanRequest,
  batch: FileBatch,
  planned: PlannedSoFar,
  bytesMax: number,
): Prompt {
  const paths = new Set(batch.files.map((file) => file.path));
  const edges = request.edges.filter((edge) => paths.has(edge.from));
  const ofModules = batch.module === null ? 0 : shares.modules * bytesMax;
  const share = Math.floor((bytesMax * shares.files - ofModules) / batch.files.length);
  // Even with a tiny share of the budget, each file must be named to get its purpose.
  const outlines = batch.files.map((file) => {
    const definitions = outlineFile(file, share, byteCost).slice(file.path.length);
    return `${file.path} (${file.language})${definitions}`;
  });
  return {
    system: purposesInstructions,
    user: joinMaterial([
      material('project', request.name),
      material('architecture', fitText(planned.architecture, bytesMax * shares.architecture)),
      ...(batch.module === null ? [] : moduleParts(request, batch.module, planned, ofModules)),
      material('dependencies', fitLines(renderEdges(edges), bytesMax * shares.dependencies)),
      material('files', outlines.join('\n')),
      ...mendingParts(batch.mending, bytesMax),
    ]),
  };
}

/** All modules, the same for every batch; then the one to which the files belong. */
function moduleParts(
  { modules }: PlanRequest,
  own: number,
  planned: PlannedSoFar,
  bytesMax: number,
): Material[] {
  const purposes = new Map(planned.modules.map(({ module, purpose }) => [module, purpose]));
  const lines = modules.map(
    ({ name }, at) => `${moduleName(at)}: ${name}: ${purposes.get(at) ?? ''}`,
  );
  return [
    material('modules', fitLines(lines, bytesMax * 0.8)),
    material('module', fitText(lines[own] ?? '', bytesMax * 0.2)),
  ];
}
