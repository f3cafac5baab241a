/**
 * The whole graph with a model behind an endpoint that fails. A refused or useless answer costs
 * itself (I11); a passing fault costs a repeated command, and the bytes are those of a run without
 * it (I6); a stop for the budget loses no answer that was paid for.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOutput } from '../../services/dataset/open-output.ts';
import { listSamples, readSample, type SampleOverview } from '../../services/dataset/samples.ts';
import { verifyOutput } from '../../services/dataset/verify/verify.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { openLocalObjects } from '../../services/runtime/store/objects/local.ts';
import {
  type ChatMessage,
  type FakeOpenAi,
  startFakeOpenAi,
  type Turn,
} from '../services/teacher/fake-openai-server.ts';
import { differences, outputHashes } from '../soak/compare-outputs.ts';
import { repositories, writeRepositories } from './repositories.ts';
import { runGraph, writeByteTokenizer } from './run-graph.ts';

const refusals: readonly Turn[] = [
  { kind: 'status', status: 400, message: 'this content is not allowed' },
  { kind: 'status', status: 413, message: 'the prompt is too long' },
  { kind: 'text', text: 'I would rather not.' },
  { kind: 'text', text: '{"thought": "begun', finishReason: 'length' },
  { kind: 'body', body: { choices: [{ finish_reason: 'content_filter' }], usage: null } },
  { kind: 'body', body: { choices: [{ message: { content: null, refusal: 'no' } }] } },
];

type Fault = (messages: readonly ChatMessage[]) => Turn | null;

const textOf = (messages: readonly ChatMessage[]) => messages.map(({ content }) => content).join();
const isAbout = (path: string) => (messages: readonly ChatMessage[]) =>
  textOf(messages).includes(`file: ${path}\npurpose: `);

/** What a sample lacks, without the files that earn no thought. */
const lostBy = ({ lacks }: Pick<SampleOverview, 'lacks'>) =>
  lacks.filter(({ what }) => what !== 'plain');

describe('a graph with a teacher that fails', () => {
  let folder: string;
  let sources: string[];
  let tokenizer: string;
  let expected: Map<string, string>;
  let callsOfAll = 0;
  // One server for all runs: its address is part of the configuration, and so of the run's id.
  let server: FakeOpenAi;
  let fault: Fault = () => null;
  let askedBefore = 0;
  let out = 0;

  /** A new output, and what happens to its calls. */
  const start = (next: Fault = () => null) => {
    fault = next;
    askedBefore = server.requests.length;
    out += 1;
    return join(folder, `out-${out}`);
  };
  const asked = () => server.requests.slice(askedBefore);
  const run = (outputFolder: string, ...more: string[]) =>
    runGraph({
      ...{ outputFolder, sources, tokenizer },
      sets: [
        ...['teacher.kind=openai', 'teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`],
        ...['teacher.retriesMax=0', 'runtime.retriesMax=1', 'runtime.retryBaseMs=1'],
        ...['teacher.purposesPerCall=3', 'teacher.temperature=0.5', ...more],
      ],
    });
  const samplesOf = async (outputFolder: string) => {
    const output = await openOutput(openLocalObjects(outputFolder));
    return { output, samples: await listSamples(output) };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backstory-teacher-faults-'));
    sources = writeRepositories(join(folder, 'sources'));
    tokenizer = writeByteTokenizer(folder);
    server = await startFakeOpenAi({ fault: (messages) => fault(messages), delayMs: 10 });
    const outputFolder = start();
    await run(outputFolder);
    expected = outputHashes(outputFolder);
    callsOfAll = asked().length;
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([1, 2])(
    'writes every repository although a tenth of the calls is refused (seed %i)',
    async (seed) => {
      // The first words decide, so that a repair fails as its question did.
      const dice = (messages: readonly ChatMessage[]) =>
        Number.parseInt(sha256(`${seed} ${textOf(messages.slice(0, 2))}`).slice(0, 6), 16);
      const refuse: Fault = (messages) => {
        const at = dice(messages);
        return at % 10 === 0 ? (refusals[(at / 10) % refusals.length] ?? null) : null;
      };
      const outputFolder = start(refuse);
      const summary = await run(outputFolder);
      expect(summary.repositories).toMatchObject({ found: 3, written: 3, dropped: [] });
      expect(summary.deadLetters).toBe(0);
      const { samples } = await samplesOf(outputFolder);
      expect(samples.flatMap(lostBy)).toHaveLength(summary.lacks.length);
      await verifyOutput(outputFolder);
      // From the memo alone the same bytes come again: what was refused is remembered.
      const replayed = start();
      cpSync(join(outputFolder, 'memo'), join(replayed, 'memo'), { recursive: true });
      await run(replayed, 'runtime.memo=only');
      expect(asked()).toEqual([]);
      expect(differences(outputHashes(outputFolder), outputHashes(replayed))).toEqual([]);
    },
  );

  it.each(['trained', 'masked'])(
    'a file without a thought is written, its code %s',
    async (what) => {
      const outputFolder = start((messages) =>
        isAbout('src/queue.ts')(messages) ? (refusals[2] ?? null) : null,
      );
      const summary = await run(outputFolder, `flatten.writesWithoutThought=${what}`);
      const reason = expect.stringMatching(/^TEACHER_ANSWER_INVALID: /);
      const lack = { what: 'thought', path: 'src/queue.ts', reason };
      expect(summary.lacks).toEqual([{ repository: 'queue', ...lack }]);
      const { output, samples } = await samplesOf(outputFolder);
      expect(samples.map(lostBy)).toEqual([[], [lack], []]);
      const { segments } = await readSample(output, 'queue');
      const own = segments.slice(
        segments.findIndex(({ kind, path }) => kind === 'file' && path === 'src/queue.ts'),
      );
      const write = own.findIndex(({ kind }) => kind === 'write');
      expect(own.slice(0, write).map(({ kind }) => kind)).not.toContain('think');
      expect(own[write]).toMatchObject({
        path: 'src/queue.ts',
        body: repositories.queue?.['src/queue.ts'],
        trained: what === 'trained',
      });
      await verifyOutput(outputFolder);
      // Both calls about it were paid for.
      expect(summary.usage.calls).toBe(asked().length);
    },
  );

  it('masks a write and the end of its turn also in a chat', async () => {
    const outputFolder = start((messages) =>
      isAbout('src/node.ts')(messages) ? (refusals[4] ?? null) : null,
    );
    const chat = ['sink.template=chat', 'sink.endOfText=<|endoftext|>'];
    await run(outputFolder, 'flatten.writesWithoutThought=masked', ...chat);
    await verifyOutput(outputFolder);
  });

  it('plans without the words of a teacher that refuses them', async () => {
    const isPlan = (messages: readonly ChatMessage[]) =>
      messages[0]?.content.includes('"requirements"') === true;
    const outputFolder = start((messages) =>
      isPlan(messages) && textOf(messages).includes('queue\nlicence: ')
        ? (refusals[0] ?? null)
        : null,
    );
    const summary = await run(outputFolder);
    expect(summary.repositories.written).toBe(3);
    expect(summary.lacks).toMatchObject([{ repository: 'queue', what: 'plan', path: null }]);
    const { output } = await samplesOf(outputFolder);
    const { segments } = await readSample(output, 'queue');
    expect(segments.map(({ kind }) => kind)).not.toContain('requirements');
    expect(segments.find(({ kind }) => kind === 'plan')?.body).toMatch(/^Files, in writing order/);
    await verifyOutput(outputFolder);
  });

  it.each<[string, (messages: readonly ChatMessage[]) => boolean, Turn]>([
    ['one file', isAbout('src/queue.ts'), { kind: 'status', status: 503 }],
    [
      'two files of a repository',
      (m) => isAbout('src/queue.ts')(m) || isAbout('src/node.ts')(m),
      { kind: 'hang-up' },
    ],
    ['a whole repository', (m) => textOf(m).includes('queue'), { kind: 'status', status: 429 }],
    [
      'files of all',
      (m) => ['README.md', 'src/index.ts', 'own.h'].some((path) => isAbout(path)(m)),
      { kind: 'body', body: { error: { message: 'overloaded' } } },
    ],
    ['everything', () => true, { kind: 'status', status: 500 }],
  ])('tries again what failed for a passing reason: %s', async (_what, fails, turn) => {
    let down = true;
    const outputFolder = start((m) => (down && fails(m) ? turn : null));
    const first = await run(outputFolder);
    expect(first.deadLetters).toBeGreaterThan(0);
    expect(first.repositories.written).toBeLessThan(3);
    await verifyOutput(outputFolder);
    // Down still: nothing changes, and nothing is lost.
    const second = await run(outputFolder);
    expect(second.deadLetters).toBe(first.deadLetters);
    expect(second.repositories).toEqual(first.repositories);
    down = false;
    const answered = asked().length;
    const third = await run(outputFolder);
    expect(third).toMatchObject({
      deadLetters: 0,
      lacks: [],
      repositories: { written: 3, dropped: [] },
    });
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
    await verifyOutput(outputFolder);
    expect(third.usage.calls).toBe(callsOfAll);
    // Nothing that was answered before is asked again.
    expect(asked().length - answered).toBeLessThanOrEqual(callsOfAll);
    expect(await run(outputFolder)).toMatchObject({ deadLetters: 0, tokens: third.tokens });
  });

  it.each([1, 17])('a stop after %i calls loses no answer that is paid for', async (callsMax) => {
    const outputFolder = start();
    const stop = { code: 'TEACHER_BUDGET' };
    await expect(run(outputFolder, `teacher.callsMax=${callsMax}`)).rejects.toMatchObject(stop);
    expect(asked()).toHaveLength(callsMax);
    await run(outputFolder);
    expect(asked()).toHaveLength(callsOfAll);
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });

  it('never spends more than teacher.dollarsMax, whatever is under way', async () => {
    const outputFolder = start();
    const prices = [
      'teacher.dollarsPerMillionPromptTokens=1000',
      'teacher.dollarsPerMillionCompletionTokens=2000',
    ];
    const spent = () =>
      asked().reduce((sum, { body }) => sum + promptTokens(body.messages ?? []), 0) / 1000;
    await expect(run(outputFolder, ...prices, 'teacher.dollarsMax=15')).rejects.toMatchObject({
      code: 'TEACHER_BUDGET',
    });
    expect(asked().length).toBeGreaterThan(3);
    expect(spent()).toBeLessThan(15);
  });

  it('a repository that has spent its share is given up, and goes on with a larger one', async () => {
    const outputFolder = start();
    const price = 'teacher.dollarsPerMillionPromptTokens=1000';
    const first = await run(outputFolder, price, 'teacher.dollarsPerRepositoryMax=6');
    expect(first.repositories.written).toBeLessThan(3);
    expect(first.deadLetters).toBeGreaterThan(0);
    const reasons = first.repositories.dropped.map(({ detail, reason }) => `${reason} ${detail}`);
    for (const reason of reasons) expect(reason).toContain('TEACHER_REPOSITORY_BUDGET');
    const second = await run(outputFolder, price);
    expect(second).toMatchObject({ deadLetters: 0, repositories: { written: 3, dropped: [] } });
    expect(asked()).toHaveLength(callsOfAll);
    await verifyOutput(outputFolder);
  });

  it('stops with a code where the server asks for a wait of hours, and loses nothing', async () => {
    let busy = true;
    const limited: Turn = {
      kind: 'raw',
      status: 429,
      headers: { 'content-type': 'application/json', 'retry-after': '7200' },
      body: '{"error": {"message": "daily limit"}}',
    };
    const outputFolder = start(() => (busy && asked().length > 5 ? limited : null));
    await expect(run(outputFolder)).rejects.toMatchObject({ code: 'TEACHER_DOWN' });
    busy = false;
    expect(await run(outputFolder)).toMatchObject({ deadLetters: 0, repositories: { written: 3 } });
    expect(differences(expected, outputHashes(outputFolder))).toEqual([]);
  });
});

/** As the fake server counts them. */
function promptTokens(messages: readonly ChatMessage[]): number {
  return Math.ceil(messages.map(({ content }) => content).join('').length / 4);
}
