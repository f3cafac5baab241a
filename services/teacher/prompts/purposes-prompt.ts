/** Asks for one line of purpose for each file of a batch. */
import type { FileStructure } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import { purposesInstructions } from './instructions.ts';
import { fitLines, fitText, joinMaterial, material, renderEdges } from './material.ts';
import { byteCost, outlineFile } from './outline.ts';
import type { Prompt } from './version.ts';

export function purposesPrompt(
  request: PlanRequest,
  batch: readonly FileStructure[],
  architecture: string,
  bytesMax: number,
): Prompt {
  const paths = new Set(batch.map((file) => file.path));
  const edges = request.edges.filter((edge) => paths.has(edge.from));
  const share = Math.floor((bytesMax * 0.6) / batch.length);
  // Even with a tiny share of the budget, each file must be named to get its purpose.
  const outlines = batch.map((file) => {
    const definitions = outlineFile(file, share, byteCost).slice(file.path.length);
    return `${file.path} (${file.language})${definitions}`;
  });
  return {
    system: purposesInstructions,
    user: joinMaterial([
      material('project', request.name),
      material('architecture', fitText(architecture, bytesMax * 0.15)),
      material('dependencies', fitLines(renderEdges(edges), bytesMax * 0.15)),
      material('files', outlines.join('\n')),
    ]),
  };
}
