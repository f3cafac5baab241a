/**
 * The whole graph with a model endpoint as teacher and a completions server as scorer, both real
 * servers on sockets that fail now and then; then the same data set from the memo alone.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import type { RunSummary } from '../../services/registry.ts';
import { echoing, startToyServer, type ToyServer } from '../services/scorer/http/toy-server.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';

describe('with a model endpoint', () => {
  let folder: string;
  let sources: string[];
  let tokenizer: string;
  let teacher: FakeOpenAi;
  let scorer: ToyServer;
  let summary: RunSummary;

  const sets = () => [
    'teacher.kind=openai',
    `teacher.baseUrl=${teacher.baseUrl}`,
    'teacher.model=fake-model',
    'teacher.dollarsPerMillionPromptTokens=3',
    'scorer.kind=http',
    `scorer.url=${scorer.url}`,
    'scorer.model=toy',
    // The toy model's cost grows with the square of the text.
    'search.contextBytesMax=2000',
    'runtime.retryBaseMs=1',
  ];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-endpoints-'));
    sources = writeRepositories(join(folder, 'sources'));
    tokenizer = writeByteTokenizer(folder);
    teacher = await startFakeOpenAi({
      model: 'fake-model',
      schedule: [
        { kind: 'status', status: 429, retryAfter: 0 },
        { kind: 'answer' },
        { kind: 'hang-up' },
        { kind: 'text', text: 'no JSON at all' },
      ],
    });
    scorer = await startToyServer(echoing);
    const outputFolder = join(folder, 'first');
    summary = await runGraph({ outputFolder, sources, tokenizer, sets: sets() });
  });
  // The last test closes both servers.
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('writes every repository despite failures, and names the teacher and the scorer', async () => {
    expect(summary.repositories).toMatchObject({ found: 3, written: 3, dropped: [] });
    expect(summary.usage.calls).toBeGreaterThan(summary.files);
    expect(summary.usage.microDollars).toBeGreaterThan(0);
    expect(Object.keys(summary.search?.outcomes ?? {}).length).toBeGreaterThan(0);
    const report = await verifyOutput(join(folder, 'first'));
    expect(report.files).toBe(summary.files);
  });

  it('asks each server through its own interface', () => {
    const paths = teacher.requests.map((request) => request.path);
    expect(paths.some((path) => path.endsWith('/chat/completions'))).toBe(true);
    expect(scorer.requests.length).toBeGreaterThan(summary.files);
  });

  it('I6: makes the same bytes from the memo alone, without any call', async () => {
    const asked = teacher.requests.length;
    await teacher.close();
    const scored = scorer.requests.length;
    await scorer.close();
    const outputFolder = join(folder, 'second');
    cpSync(join(folder, 'first', 'memo'), join(outputFolder, 'memo'), { recursive: true });
    const again = await runGraph({
      outputFolder,
      sources,
      tokenizer,
      sets: [...sets(), 'runtime.memo=only'],
    });
    expect([teacher.requests.length, scorer.requests.length]).toEqual([asked, scored]);
    expect(again.usage).toEqual(summary.usage);
    const expected = outputHashes(join(folder, 'first'));
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });
});
