/** Draws the topology. Pure: the same topology gives the same text. */
import {
  lifecycle,
  readerOf,
  readersOf,
  type TopicName,
  topicNames,
  writersOf,
} from './topology.ts';

/** Mermaid flowchart: stages as boxes, topics as edges; `dropped` is drawn once, dashed. */
export function topicGraphMermaid(): string {
  const lines = ['flowchart LR'];
  for (const topic of topicNames) {
    if (topic === lifecycle.dropped) continue;
    lines.push(...topicEdges(topic));
  }
  const { dropped } = lifecycle;
  const writers = writersOf(dropped).join(' & ');
  lines.push(`  ${writers} -. ${dropped} .-> ${readerOf(dropped)}`);
  return lines.join('\n');
}

function topicEdges(topic: TopicName): string[] {
  const writers = writersOf(topic);
  const readers = readersOf(topic);
  if (readers.length === 0)
    return writers.map((writer) => `  ${writer} -- ${topic} --> ${topic}[/${topic}/]`);
  return writers.flatMap((writer) =>
    readers.map((reader) => `  ${writer} -- ${topic} --> ${reader}`),
  );
}
