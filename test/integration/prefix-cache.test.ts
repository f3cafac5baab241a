/**
 * A real llama.cpp server tells how much of each prompt it had in its cache. The prompts about a
 * file, its first thought and all rewrites, are those of a run of the whole graph over real code.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askForOneToken, type CacheUse, shareOf } from '../samples/servers/cache-use.ts';
import { type LlamaServer, startLlamaServer } from '../samples/servers/llama-server.ts';
import {
  type ChatMessage,
  type FakeOpenAi,
  startFakeOpenAi,
} from '../services/teacher/fake-openai-server.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';

/** One reads another, and they differ in length; the last two are written in parts. */
const names = ['tokens.ts', 'invalid.ts', 'file-segments.ts', 'document.ts'];
/** A thought, or the thoughts of all parts; then six rewrites of each thought. */
const promptsOf = [7, 7, 13, 13];
const code = fileURLToPath(new URL('../../services/stages/flatten/', import.meta.url));

let folder: string;
let model: LlamaServer;
let asked: FakeOpenAi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-prefix-cache-'));
  const source = join(folder, 'flatten');
  mkdirSync(source);
  for (const name of names) cpSync(join(code, name), join(source, name));
  writeFileSync(join(source, 'LICENSE'), 'SPDX-License-Identifier: MIT\n');
  asked = await startFakeOpenAi();
  await runGraph({
    outputFolder: join(folder, 'out'),
    sources: [source],
    tokenizer: writeByteTokenizer(folder),
    sets: [
      ...['teacher.kind=openai', 'teacher.model=m', `teacher.baseUrl=${asked.baseUrl}`],
      // As by default.
      'search.iterations=3',
      'simulate.partBytesMax=4000',
    ],
  });
  model = await startLlamaServer('cut', 16_384);
}, 300_000);
afterAll(async () => {
  await model?.close();
  await asked?.close();
  rmSync(folder, { recursive: true, force: true });
});

function aboutFile(name: string): (readonly ChatMessage[])[] {
  return asked.requests
    .map(({ body }) => body.messages ?? [])
    .filter((messages) => messages[1]?.content.includes(`\nfile: ${name}\npurpose: `));
}

it('has four fifths of the prompts about each file, also of one in parts', async () => {
  const shares: number[] = [];
  for (const [at, name] of names.entries()) {
    const prompts = aboutFile(name);
    expect(prompts).toHaveLength(promptsOf[at] ?? 0);
    const uses: CacheUse[] = [];
    for (const messages of prompts) uses.push(await askForOneToken(model.baseUrl, messages));
    shares.push(shareOf(uses));
  }
  expect(Math.min(...shares), shares.join()).toBeGreaterThan(0.8);
});
