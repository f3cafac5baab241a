/** What an oracle program prints: `{"edges": [[from, to, via, visible], …], "judged": […]}`. */
import { z } from 'zod';
import type { Verdict } from './oracle.ts';

const printed = z.object({
  edges: z.array(z.tuple([z.string(), z.string(), z.string(), z.boolean()])),
  judged: z.array(z.string()),
});

export function readVerdict(text: string): Verdict {
  const { edges, judged } = printed.parse(JSON.parse(text));
  return {
    edges: edges.map(([from, to, via, visible]) => ({ from, to, via, visible })),
    judged: new Set(judged),
  };
}
