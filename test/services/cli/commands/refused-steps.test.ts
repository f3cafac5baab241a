/** What a check refused of a step is told by provenance, inspect and the report. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProvenanceLine } from '../../../../schemas/manifest.ts';
import { writeByteTokenizer } from '../../../simulation/run-graph.ts';
import {
  type ChatMessage,
  type FakeOpenAi,
  respond,
  startFakeOpenAi,
} from '../../teacher/fake-openai-server.ts';
import { runLine } from '../terminal.ts';

const wrong = JSON.stringify({ thought: 'The given code was written with care for all callers.' });
const body = 'export function add(first, second) {\n  return first + second;\n}\n'.repeat(3);

let folder: string;
let server: FakeOpenAi;

/** The first thought about one file is wrong, and all about the other. */
function answerSometimesWrong(messages: readonly ChatMessage[]): string {
  const user = messages[1]?.content ?? '';
  if (/^file: never\.js$/m.test(user)) return wrong;
  if (/^file: once\.js$/m.test(user) && !user.includes('The given code was')) return wrong;
  return respond(messages);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-refused-'));
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project/LICENSE'), 'SPDX-License-Identifier: MIT\n');
  for (const name of ['fine', 'never', 'once']) {
    writeFileSync(join(folder, `project/${name}.js`), body.replaceAll('add', name));
  }
  server = await startFakeOpenAi({ respond: answerSometimesWrong });
  const knobs = [
    ...['teacher.kind=openai', 'teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`],
    `sink.tokenizer=${writeByteTokenizer(folder)}`,
  ];
  const sets = knobs.flatMap((knob) => ['--set', knob]);
  const run = await runLine(
    ['run', join(folder, 'project'), '--out', 'out', '--search', 'off', ...sets],
    {
      workingFolder: folder,
    },
  );
  expect(run.exitCode, run.err).toBe(0);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a provenance line says of each step which checks refused how many answers', () => {
  const lines = readFileSync(join(folder, 'out/provenance/shard.00000.jsonl'), 'utf8');
  const [first] = lines.split('\n').map((line) => JSON.parse(line || 'null') as ProvenanceLine);
  expect(first?.refused).toEqual([
    { path: 'never.js', checks: { tense: 3 } },
    { path: 'once.js', checks: { tense: 1 } },
  ]);
});

test('inspect tells it at the write of the file, the report by check', async () => {
  const inspected = await runLine(['inspect', 'out', 'project'], { workingFolder: folder });
  expect(inspected.out.match(/answers that a check refused: .*/g)).toEqual([
    'answers that a check refused: 3 by tense',
    'answers that a check refused: 1 by tense',
  ]);
  const report = await runLine(['report', 'out', '--json'], { workingFolder: folder });
  expect(JSON.parse(report.out).refusedSteps).toEqual([
    { check: 'tense', steps: 2, answers: 4, givenUp: 1 },
  ]);
  expect((await runLine(['verify', 'out'], { workingFolder: folder })).exitCode).toBe(0);
});
