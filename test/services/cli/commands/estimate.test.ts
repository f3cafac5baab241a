/** What a run would cost, against what it costs with a server that answers as models do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../../../services/runtime/ids.ts';
import { writeRepositories } from '../../../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../../../simulation/run-graph.ts';
import {
  type ChatMessage,
  type FakeOpenAi,
  respond,
  startFakeOpenAi,
} from '../../teacher/fake-openai-server.ts';
import { runLine } from '../terminal.ts';

let folder: string;
let sources: string[];
let server: FakeOpenAi;

/** Texts of the lengths that are asked for, a fifth more or less, in the words of the answer. */
function likeAModel(messages: readonly ChatMessage[]): string {
  const answer = JSON.parse(respond(messages)) as {
    readonly purposes?: readonly { readonly path: string }[];
  };
  const said = messages.map(({ content }) => content).join('');
  const about = (bytes: number, seed = said) => {
    const spread = 0.8 + (Number.parseInt(sha256(seed).slice(0, 4), 16) / 65_536) * 0.4;
    return Math.round(bytes * spread);
  };
  const prose = (seed: string, bytes: number) => {
    let text = '';
    for (let word = 0; text.length < bytes; word += 1) {
      text += `${sha256(`${seed} ${word}`).replace(/\d/g, '').slice(0, 5)} `;
    }
    return text.slice(0, bytes).trim();
  };
  if ('thought' in answer) {
    // A rewrite is about as long as what it rewrites.
    const earlier = /<thought-so-far \w+>\n([\s\S]*)\n<\/thought-so-far /.exec(said)?.[1];
    const words = Number(/in about (\d+) words/.exec(said)?.[1] ?? 0);
    return JSON.stringify({ thought: prose(said, about(earlier?.length ?? words * 6)) });
  }
  if ('requirements' in answer) {
    // A handful of files: about 80 words each.
    const [requirements, architecture] = [prose(said, about(480)), prose(`${said}2`, about(480))];
    return JSON.stringify({ requirements, architecture });
  }
  // A sentence of 8 to 40 words.
  const purposes = answer.purposes?.map(({ path }) => ({
    path,
    purpose: prose(path, about(120, path)),
  }));
  return JSON.stringify({ purposes });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-estimate-test-'));
  sources = writeRepositories(join(folder, 'sources'));
  server = await startFakeOpenAi({
    respond: likeAModel,
    countTokens: (text) => Buffer.byteLength(text),
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('an estimate is within a tenth of the run, and makes no call', async () => {
  const knobs = [
    ...['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`, 'teacher.checks=off'],
    ...['teacher.dollarsPerMillionPromptTokens=2', 'teacher.dollarsPerMillionCompletionTokens=8'],
    ...[`sink.tokenizer=${writeByteTokenizer(folder)}`, ...smallOutput],
  ].flatMap((knob) => ['--set', knob]);
  const more = ['--teacher', 'openai', '--json', ...knobs];
  const line = (...argv: string[]) => runLine([...argv, ...more], { workingFolder: folder });
  const estimated = await line('estimate', ...sources);
  expect(estimated.exitCode, estimated.err).toBe(0);
  expect(server.requests).toEqual([]);
  const estimate = JSON.parse(estimated.out);
  const run = await line('run', ...sources, '--out', 'out');
  expect(run.exitCode, run.err).toBe(0);
  const { usage } = JSON.parse(run.out);
  expect(estimate.repositories).toEqual({ found: 3, written: 3 });
  for (const field of ['calls', 'promptTokens', 'completionTokens', 'microDollars']) {
    const ratio = estimate.usage[field] / usage[field];
    expect(ratio, field).toBeGreaterThan(0.9);
    expect(ratio, field).toBeLessThan(1.1);
  }
  expect(estimate.batchDollars).toBeCloseTo(estimate.usage.microDollars / 2e6, 6);
});

test('a teacher that costs nothing says so', async () => {
  const said = await runLine(['estimate', ...sources], { workingFolder: folder });
  expect(said.exitCode).toBe(2);
  expect(said.err).toContain('makes no calls and costs nothing');
});
