/** What a stage works with: what all of them get, and what the topology says that it talks to. */
import { graph } from '../../../schemas/topology.ts';
import type { Teacher } from '../../ports/teacher.ts';
import {
  type AnyStage,
  type AnyTools,
  type CommonTools,
  type NeighbourTools,
  neighbourTools,
} from '../stage.ts';

/** What a process has opened for its stages; null where none of them needs it. */
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
  // The rest is not there: the types of a stage know that.
  return { ...common, ...Object.fromEntries(own) } as AnyTools;
}
