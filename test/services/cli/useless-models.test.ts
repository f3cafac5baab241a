/** A run that a model endpoint spoilt as a whole ends with a code, however the endpoint failed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ChatMessage,
  type FakeOpenAiOptions,
  startFakeOpenAi,
  type Turn,
} from '../teacher/fake-openai-server.ts';
import { runLine } from './terminal.ts';

describe('a run with an endpoint of no use', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-useless-'));
    mkdirSync(join(folder, 'greeter'));
    writeFileSync(join(folder, 'greeter', 'greet.py'), 'def greet(name):\n    return name\n');
    writeFileSync(join(folder, 'greeter', 'main.py'), 'from greet import greet\n\ngreet("x")\n');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = async (fault: FakeOpenAiOptions['fault'] & {}, out: string, ...more: string[]) => {
    const server = await startFakeOpenAi({ fault });
    const sets = [
      ...[`teacher.baseUrl=${server.baseUrl}`, 'teacher.model=fake-model'],
      ...['teacher.retriesMax=0', 'runtime.retriesMax=0', 'search.enabled=false'],
    ].flatMap((set) => ['--set', set]);
    const argv = ['run', join(folder, 'greeter'), '--out', out, '--teacher', 'openai', ...sets];
    try {
      const ended = await runLine([...argv, ...more], { workingFolder: folder });
      const posted = server.requests.filter(({ path }) => path.endsWith('/chat/completions'));
      return { ...ended, posted: posted.length };
    } finally {
      await server.close();
    }
  };

  it.each([
    [401, 'CONFIG_INVALID'],
    // It listed its models for the same key, so that it refuses the texts and not the key.
    [403, 'TEACHER_REFUSED'],
    [400, 'TEACHER_REFUSED'],
    [451, 'TEACHER_REFUSED'],
    [503, 'TEACHER_UNAVAILABLE'],
  ])('status %i for every call ends with %s', async (status, code) => {
    const { exitCode, err } = await run(() => ({ kind: 'status', status }), `out-${status}`);
    expect(exitCode).toBe(2);
    expect(err).toContain(`error ${code}: `);
  });

  it('answers without a format end with a code, and JSON stays one document', async () => {
    const fault = (): Turn => ({ kind: 'text', text: '' });
    const { exitCode, out } = await run(fault, 'out-empty', '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      repositories: { written: 1 },
      thoughts: 0,
      error: { code: 'TEACHER_ANSWER_INVALID', subject: 'teacher' },
    });
  });

  it('thoughts that all fail a check end with a code, too', async () => {
    const refusal = JSON.stringify({ thought: 'I’m sorry, but I can’t help with that request.' });
    const fault = (messages: readonly ChatMessage[]): Turn | null => {
      const text = messages.map(({ content }) => content).join();
      return text.includes('Write the thought') ? { kind: 'text', text: refusal } : null;
    };
    const { exitCode, err } = await run(fault, 'out-ungrounded');
    expect(exitCode).toBe(2);
    expect(err).toContain('error TEACHER_UNGROUNDED: no file was written with a thought');
  });

  it('one answer of use makes the others accepted losses', async () => {
    const fault = (messages: readonly ChatMessage[]): Turn | null => {
      const text = messages.map(({ content }) => content).join();
      return /file: main\.py\npurpose: /.test(text) ? { kind: 'status', status: 451 } : null;
    };
    const { exitCode, out, posted } = await run(fault, 'out-some', '--json');
    const summary = JSON.parse(out) as {
      thoughts: number;
      lacks: unknown[];
      usage: { calls: number };
      requests: { sent: number; unanswered: number };
    };
    // What was sent is told beside what was answered: a request may bring nothing.
    expect(summary.requests.sent).toBe(posted);
    expect(summary.requests.unanswered).toBe(posted - summary.usage.calls);
    expect(summary.requests.unanswered).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(summary.thoughts).toBeGreaterThan(0);
    expect(summary.lacks.length).toBeGreaterThan(0);
  });
});
