/**
 * The tools of a stage: those that all stages get, and those of the neighbours that the topology
 * lists for it.
 */
import { graph } from '../../../schemas/topology.ts';
import type { Teacher } from '../../ports/teacher.ts';
import {
  type AnyStage,
  type AnyTools,
  type CommonTools,
  type NeighbourTools,
  neighbourTools,
} from '../stage.ts';

/** The neighbours that a process has opened for its stages; null when none of them needs it. */
export interface Neighbours extends Omit<NeighbourTools, 'teacher'> {
  readonly teacher: Teacher | null;
}

export function stageTools(
  { name }: AnyStage,
  common: CommonTools<unknown, string>,
  neighbours: Neighbours,
): AnyTools {
  const own = graph[name].talksTo.flatMap((neighbour) => {
    const tool = neighbourTools[neighbour];
    return tool === null ? [] : [[tool, neighbours[tool]] as const];
  });
  if (own.some(([tool, opened]) => tool === 'teacher' && opened === null)) {
    throw new Error(`${name} talks to a teacher, and this process has opened none`);
  }
  // Tools of other neighbours are absent; the types of each stage reflect that.
  return { ...common, ...Object.fromEntries(own) } as AnyTools;
}
