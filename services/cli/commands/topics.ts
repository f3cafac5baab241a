/** `backstory topics graph`: prints the topology as the Mermaid diagram of the README. */
import { topicGraphMermaid } from '../../../schemas/graph.ts';
import { graph, topics } from '../../../schemas/topology.ts';
import { type CommandContext, writeJson, writeLine } from '../context.ts';
import { type ExitCode, exitCodes } from '../failures.ts';

export function topicsGraphCommand(
  context: CommandContext,
  options: { readonly json?: boolean },
): ExitCode {
  if (options.json === true) writeJson(context.out, { stages: graph, topics });
  else writeLine(context.out, topicGraphMermaid());
  return exitCodes.fine;
}
