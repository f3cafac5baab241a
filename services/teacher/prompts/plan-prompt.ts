/** Asks for the requirements and the architecture of a project, as if before the first file. */
import type { PlanRequest } from '../../ports/teacher.ts';
import { planInstructions } from './instructions.ts';
import {
  fitLines,
  fitText,
  joinMaterial,
  type Material,
  material,
  renderEdges,
  renderTree,
} from './material.ts';
import { mendingParts } from './mending.ts';
import { renderModuleEdges, renderModules } from './modules-prompt.ts';
import { byteCost, mapRepository } from './outline.ts';
import type { Prompt } from './version.ts';

function ofFiles(request: PlanRequest, bytesMax: number): Material[] {
  return [
    material('files-in-writing-order', fitLines(renderTree(request.files), bytesMax * 0.2)),
    material('dependencies', fitLines(renderEdges(request.edges), bytesMax * 0.15)),
  ];
}

/** Of a large project the files would not fit: its modules are all shown first. */
function ofModules(request: PlanRequest, bytesMax: number): (string | Material)[] {
  const { modules } = request;
  return [
    `It has ${modules.length} modules. The architecture says what belongs together and why, not each file.`,
    material('modules', fitLines(renderModules(request), bytesMax * 0.1)),
    material('dependencies-between-modules', fitLines(renderModuleEdges(request), bytesMax * 0.12)),
    material('files-in-writing-order', fitLines(renderTree(request.files), bytesMax * 0.13)),
  ];
}

export function planPrompt(request: PlanRequest, bytesMax: number): Prompt {
  const manifests = request.manifests.map(({ path, text }) => `${path}\n${text}`).join('\n\n');
  return {
    system: planInstructions,
    user: joinMaterial([
      material('project', `${request.name}\nlicence: ${request.licence}`),
      `The project has ${request.files.length} files.`,
      material('readme', fitText(request.readme, bytesMax * 0.12)),
      material('manifests', fitText(manifests, bytesMax * 0.12)),
      ...(request.modules.length === 0 ? ofFiles(request, bytesMax) : ofModules(request, bytesMax)),
      material(
        'most-used-definitions',
        mapRepository(request.files, request.edges, bytesMax * 0.31, byteCost),
      ),
      ...mendingParts(request.mending, bytesMax),
    ]),
  };
}
