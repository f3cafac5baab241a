/** What is told of endpoints: no path of a machine, no key, no half word. */
import { expect, test } from 'vitest';
import { addressProblem, publicModelName, shorten } from '../../../services/ports/endpoint.ts';

test.each([
  ['/home/someone/models/qwen-7b', 'qwen-7b'],
  ['/mnt/models/checkpoint-500/', 'checkpoint-500'],
  ['~/models/a', 'a'],
  ['./a/b', 'b'],
  ['../b.gguf', 'b.gguf'],
  ['file:///srv/models/m', 'm'],
  ['C:\\models\\m', 'm'],
  ['\\\\server\\share\\m', 'm'],
  ['/', 'local-model'],
  ['Qwen/Qwen3-8B', 'Qwen/Qwen3-8B'],
  ['accounts/fireworks/models/llama', 'accounts/fireworks/models/llama'],
  ['gpt-4o-mini:free', 'gpt-4o-mini:free'],
  ['', ''],
])('the model %j is published as %j', (model, name) => {
  expect(publicModelName(model)).toBe(name);
});

test.each([
  ['http://localhost:8000/v1', null],
  ['https://api.example/v1', null],
  ['localhost:8000/v1', 'http://'],
  ['127.0.0.1:8000', 'http://'],
  ['ftp://host/v1', 'http://'],
  ['http://me:secret@host/v1', 'environment'],
  ['http://token@host/v1', 'environment'],
  ['http://host/v1?key=secret', 'environment'],
  ['http://host/v1#secret', 'environment'],
])('the address %s: %s', (address, problem) => {
  const found = addressProblem(address);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toContain(problem);
  expect(found ?? '').not.toContain('secret');
});

test('text is shortened between words', () => {
  expect(shorten('short', 10)).toBe('short');
  expect(shorten('one two three', 9)).toBe('one two …');
  expect(shorten('one two three', 7)).toBe('one two …');
  expect(shorten('x'.repeat(20), 10)).toBe(' …');
});
