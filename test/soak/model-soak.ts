/**
 * `npm run soak -- model [--tokens 96] [--source FOLDER]`: a real llama.cpp server with the whole
 * SmolLM2-135M drives the whole graph with JSON schema: a plan from the top down, thoughts, some of
 * them in parts, rewrites. It tests machinery and not prose: the model writes poor English, and
 * checks refuse much of it. Minutes on a quiet core. The output must verify, and each step is there
 * or named with its reason.
 */
import { parseArgs } from 'node:util';
import { startLlamaServer } from '../samples/servers/llama-server.ts';
import { driveGraph } from './small-model/drive-graph.ts';

const contextTokens = 8_192;

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: { tokens: { type: 'string', default: '96' }, source: { type: 'string' } },
  });
  const server = await startLlamaServer('whole', contextTokens);
  try {
    return await driveGraph({ baseUrl: server.baseUrl, ...values });
  } finally {
    await server.close();
  }
}
