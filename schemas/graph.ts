/** Draws the topology. Pure: the same topology gives the same text. */
import { graph, stageNames, type TopicName, topicNames } from './topology.ts';

/** Mermaid flowchart: stages as boxes, topics as edges; `dropped` is drawn once, dashed. */
export function topicGraphMermaid(): string {
  const lines = ['flowchart LR'];
  for (const topic of topicNames) {
    if (topic === 'dropped') continue;
    lines.push(...topicEdges(topic));
  }
  const droppers = stageNames.filter((stage) => graph[stage].writes.includes('dropped'));
  lines.push(`  ${droppers.join(' & ')} -. dropped .-> sink`);
  return lines.join('\n');
}

function topicEdges(topic: TopicName): string[] {
  const writers = stageNames.filter((stage) => graph[stage].writes.includes(topic));
  const readers = stageNames.filter((stage) => graph[stage].reads.includes(topic));
  if (readers.length === 0)
    return writers.map((writer) => `  ${writer} -- ${topic} --> ${topic}[/${topic}/]`);
  return writers.flatMap((writer) =>
    readers.map((reader) => `  ${writer} -- ${topic} --> ${reader}`),
  );
}
