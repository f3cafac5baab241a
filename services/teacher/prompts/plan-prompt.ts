/** Asks for the requirements and the architecture of a project, as if before the first file. */
import type { PlanRequest } from '../../ports/teacher.ts';
import { planInstructions } from './instructions.ts';
import { fitLines, fitText, joinMaterial, material, renderEdges, renderTree } from './material.ts';
import { mendingParts } from './mending.ts';
import { byteCost, mapRepository } from './outline.ts';
import type { Prompt } from './version.ts';

export function planPrompt(request: PlanRequest, bytesMax: number): Prompt {
  const manifests = request.manifests.map(({ path, text }) => `${path}\n${text}`).join('\n\n');
  return {
    system: planInstructions,
    user: joinMaterial([
      material('project', `${request.name}\nlicence: ${request.licence}`),
      `The project has ${request.files.length} files.`,
      material('readme', fitText(request.readme, bytesMax * 0.12)),
      material('manifests', fitText(manifests, bytesMax * 0.12)),
      material('files-in-writing-order', fitLines(renderTree(request.files), bytesMax * 0.2)),
      material('dependencies', fitLines(renderEdges(request.edges), bytesMax * 0.15)),
      material(
        'most-used-definitions',
        mapRepository(request.files, request.edges, bytesMax * 0.31, byteCost),
      ),
      ...mendingParts(request.mending, bytesMax),
    ]),
  };
}
