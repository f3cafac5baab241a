/** What a teacher is asked about a file follows from structure, plan and steps alone. */
import { expect, test } from 'vitest';
import { lineRange } from '../../../schemas/lines.ts';
import { buildThinkRequest } from '../../../services/ports/think-request.ts';
import { examplePlan, exampleStructure, exampleTexts } from '../teacher/example-repository.ts';

const readText = (path: string, from: number, to: number) =>
  lineRange(exampleTexts[path] ?? '', from, to);
const read = (path: string, fromLine: number, toLine: number) =>
  ({ kind: 'read', path, fromLine, toLine, text: null }) as const;

test('reads carry exactly the lines of their step and the names used', () => {
  const steps = [read('src/store.py', 1, 3), read('src/errors.py', 0, 0)];
  const request = buildThinkRequest(
    exampleStructure,
    examplePlan,
    'src/service.py',
    steps,
    readText,
  );
  expect(request.reads.map(({ path, text, names }) => ({ path, text, names }))).toEqual([
    {
      path: 'src/store.py',
      text: lineRange(exampleTexts['src/store.py'] ?? '', 1, 3),
      names: ['Store'],
    },
    { path: 'src/errors.py', text: exampleTexts['src/errors.py'], names: ['MissingKey'] },
  ]);
  expect(request.code).toBe(exampleTexts['src/service.py']);
  expect(request.purpose).toBe('The service.');
});

test('users are ranked by the names they use and never include the file itself', () => {
  const request = buildThinkRequest(exampleStructure, examplePlan, 'src/errors.py', [], readText);
  expect(request.usedBy).toEqual([
    { path: 'src/service.py', names: ['MissingKey'] },
    { path: 'src/store.py', names: ['MissingKey'] },
  ]);
});

test('a path that the structure lacks is described as text, not invented', () => {
  const request = buildThinkRequest(exampleStructure, examplePlan, 'nowhere.txt', [], () => '');
  expect(request.structure).toMatchObject({ language: 'text', symbols: [] });
  expect(request.purpose).toBe('');
});
