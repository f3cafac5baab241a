/** Asks for one line of purpose for each file of a batch. */
import type { FileStructure } from '../../../schemas/generated/types.ts';
import type { PlanRequest } from '../../ports/teacher.ts';
import {
  fitLines,
  fitText,
  joinMaterial,
  material,
  materialRule,
  renderEdges,
} from './material.ts';
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
    system: [
      'You are the lead engineer of a software project. Give each file of the plan its purpose:',
      'one plain sentence of 8 to 40 words that says what the file is responsible for, specific enough to start writing it.',
      'Write as before the file exists. Do not repeat the path.',
      materialRule,
      'Answer with one JSON object: {"purposes": [{"path": string, "purpose": string}]}, one entry per file, paths exactly as given.',
    ].join('\n'),
    user: joinMaterial([
      material('project', request.name),
      material('architecture', fitText(architecture, bytesMax * 0.15)),
      material('dependencies', fitLines(renderEdges(edges), bytesMax * 0.15)),
      material('files', outlines.join('\n')),
    ]),
  };
}
