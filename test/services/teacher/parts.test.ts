/** Thoughts about the parts of a long file: one call, an answer that names each part. */
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { ThinkRequest } from '../../../services/ports/teacher.ts';
import { buildThinkRequest } from '../../../services/ports/think-request.ts';
import { noUsage } from '../../../services/ports/usage.ts';
import { openGrounded } from '../../../services/teacher/grounded/grounded.ts';
import type { ChatRequest } from '../../../services/teacher/openai/chat-request.ts';
import { teacherOver } from '../../../services/teacher/openai/openai.ts';
import { teacherSettings } from '../../../services/teacher/settings.ts';
import { examplePlan, exampleStructure, exampleTexts } from './example-repository.ts';

const signal = new AbortController().signal;
const request: ThinkRequest = buildThinkRequest(
  exampleStructure,
  examplePlan,
  'src/service.py',
  [],
  (path) => exampleTexts[path] ?? '',
);
const [first] = request.structure.symbols;
const cut = first?.startLine ?? 2;
const parts = [
  { fromLine: 1, toLine: cut - 1 },
  { fromLine: cut, toLine: request.code.split('\n').length - 1 },
];

function endpoint(...answers: string[]) {
  const asked: ChatRequest[] = [];
  const settings = teacherSettings.parse({ baseUrl: 'http://localhost:1/v1', model: 'm' });
  const teacher = teacherOver(
    settings,
    async (each) => {
      asked.push(each);
      const text = answers[asked.length - 1] ?? '{}';
      return { text, cut: false, usage: { ...noUsage, calls: 1 } };
    },
    async () => ({ problem: null, remark: null }),
  );
  return { teacher, asked };
}

it('asks one call for all, in a form that requires each part by its name', async () => {
  const { teacher, asked } = endpoint('{"part_2": "Then this.", "part_1": "First that."}');
  const answer = await teacher.thinkParts?.({ ...request, parts }, signal);
  expect(answer?.value).toEqual(['First that.', 'Then this.']);
  expect(asked).toHaveLength(1);
  expect(z.toJSONSchema(asked[0]?.form as z.ZodType)).toMatchObject({
    required: ['part_1', 'part_2'],
  });
  const prompt = JSON.stringify(asked[0]?.messages);
  for (const name of ['part_1', 'part_2']) expect(prompt).toContain(`<${name} `);
});

it('says what is wrong with an answer that leaves a part out', async () => {
  const { teacher, asked } = endpoint('{"part_1": "First."}', '{"part_1": "A.", "part_2": "B."}');
  const answer = await teacher.thinkParts?.({ ...request, parts }, signal);
  expect(answer?.value).toEqual(['A.', 'B.']);
  expect(asked).toHaveLength(2);
  expect(JSON.stringify(asked[1]?.messages.at(-1))).toContain('part_2');
});

it('gives one thought for each part from the grounded teacher, about that part', async () => {
  const answer = await openGrounded().thinkParts?.({ ...request, parts }, signal);
  expect(answer?.value).toHaveLength(2);
  expect(new Set(answer?.value).size).toBe(2);
  expect(answer?.value[1]).toContain(first?.name);
});

it('says with which class a part goes on that begins amid one', async () => {
  const store = buildThinkRequest(
    exampleStructure,
    examplePlan,
    'src/store.py',
    [],
    (path) => exampleTexts[path] ?? '',
  );
  const get = store.structure.symbols.find(({ name }) => name === 'get')?.startLine ?? 0;
  const halves = [
    { fromLine: 1, toLine: get - 1 },
    { fromLine: get, toLine: store.code.split('\n').length - 1 },
  ];
  const answer = await openGrounded().thinkParts?.({ ...store, parts: halves }, signal);
  const goesOn = /(?:goes on with|rest of) `Store`, one more member/;
  expect(answer?.value[0]).not.toMatch(goesOn);
  expect(answer?.value[1]).toMatch(goesOn);
});
