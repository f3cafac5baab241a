/** Asks for the requirements and the architecture of a project, as if before the first file. */
import type { PlanRequest } from '../../ports/teacher.ts';
import {
  fitLines,
  fitText,
  joinMaterial,
  material,
  materialRule,
  renderEdges,
  renderTree,
} from './material.ts';
import { byteCost, mapRepository } from './outline.ts';
import type { Prompt } from './version.ts';

export function planPrompt(request: PlanRequest, bytesMax: number): Prompt {
  const manifests = request.manifests.map(({ path, text }) => `${path}\n${text}`).join('\n\n');
  return {
    system: [
      'You are the lead engineer of a software project and write its plan before any file exists.',
      'The finished repository is shown to you so that the plan is true; write as one who is about to build it, in the present tense,',
      'and never mention that it already exists. Say nothing that the material does not support.',
      materialRule,
      'Answer with one JSON object: {"requirements": string, "architecture": string}.',
      'requirements: 150 to 500 words of plain text: what the project is for, who uses it, what it must offer, constraints.',
      'architecture: 150 to 500 words of plain text: the parts, what each is responsible for, how they depend on each other, in which order to build them and why.',
      'No headings, no code.',
    ].join('\n'),
    user: joinMaterial([
      material('project', `${request.name}\nlicence: ${request.licence}`),
      `The project has ${request.files.length} files.`,
      material('readme', fitText(request.readme, bytesMax * 0.12)),
      material('manifests', fitText(manifests, bytesMax * 0.12)),
      material('files-in-writing-order', fitLines(renderTree(request.files), bytesMax * 0.2)),
      material('dependencies', fitLines(renderEdges(request.edges), bytesMax * 0.15)),
      material(
        'most-used-definitions',
        mapRepository(request.files, request.edges, bytesMax * 0.35, byteCost),
      ),
    ]),
  };
}
