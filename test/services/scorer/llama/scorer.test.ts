/**
 * The llama scorer with a library of known probabilities where node-llama-cpp would be: exact bits,
 * what is read again and what not, every model that is refused, and a child process that dies. The
 * real library is in `npm run soak -- engines`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Scorer } from '../../../../services/ports/scorer.ts';
import { scorerKnobs } from '../../../../services/scorer/config.ts';
import { installCommand } from '../../../../services/scorer/llama/library.ts';
import { tokenEnds } from '../../../../services/scorer/llama/token-ends.ts';
import { openScorer } from '../../../../services/scorer/open.ts';
import { toyLogprob, toyTokens } from '../http/toy-server.ts';
import { installToyLibrary, type ToyModel } from './toy-library.ts';

const never = new AbortController().signal;
const opened: Scorer[] = [];
let folder: string;
let files = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backstory-llama-'));
  installToyLibrary(folder);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((scorer) => scorer.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(model: ToyModel = {}, knobs: Record<string, unknown> = {}): Promise<Scorer> {
  files += 1;
  const file = join(folder, `toy-${files}.gguf`);
  writeFileSync(file, JSON.stringify(model));
  const settings = scorerKnobs.parse({ kind: 'llama', file, libraryFolder: folder, ...knobs });
  const scorer = await openScorer(settings, {});
  opened.push(scorer);
  return scorer;
}

const request = {
  context: 'the file adds numbers\n',
  thoughts: ['add first and second\n', '', 'nothing\n'],
  target: 'return first + second # é 加\n',
};

/** From the definition of the toy model. */
function expectedBits(thought: string): number {
  const split = (text: string) =>
    toyTokens(text).flatMap((token) =>
      /[é加]/.test(token) ? [`first of ${token}`, token] : token,
    );
  const before = ['<s>', ...split(request.context), ...split(thought)];
  const tokens = [...before, ...split(request.target)];
  return tokens.reduce(
    (bits, _token, at) => (at < before.length ? bits : bits - toyLogprob(tokens, at) / Math.LN2),
    0,
  );
}

describe('bits', () => {
  test('are those of the code after each thought, with the end of each token', async () => {
    const scorer = await open();
    expect(await scorer.check()).toBeNull();
    const scored = (await scorer.scoreTokens?.(request, never)) ?? [];
    request.thoughts.forEach((thought, at) => {
      expect(scored[at]?.bits).toBeCloseTo(expectedBits(thought), 9);
    });
    const ends = scored[0]?.tokens.map(({ end }) => end) ?? [];
    // A token that ends inside a character ends it.
    expect(ends.slice(-6)).toEqual([25, 25, 26, 27, 27, 28]);
    expect(ends.at(-1)).toBe(request.target.length);
    expect(scorer.identity).toMatchObject({ name: 'llama', languageModel: true });
    expect(scorer.load).toBeUndefined();
  });

  test('do not depend on what was scored before', async () => {
    const long = { ...request, context: 'a b c d e '.repeat(300) };
    const other = { ...request, context: `${'a b c d e '.repeat(299)}x` };
    const [first, second] = [await open(), await open()];
    const inOrder = [await first.score(long, never), await first.score(other, never)];
    const turned = [await second.score(other, never), await second.score(long, never)];
    expect(inOrder).toEqual(turned.reverse());
  });

  test('of a context cost one reading of it, also with other contexts in between', async () => {
    const log = join(folder, 'read.log');
    const scorer = await open({ log });
    const contexts = ['1', '2', '3', '4'].map((each) => each + ` ${each}`.repeat(699));
    await scorer.score({ ...request, context: 'x' }, never);
    writeFileSync(log, '');
    for (const thoughts of [['a'], ['b', 'c'], ['d']]) {
      for (const context of contexts) await scorer.score({ ...request, context, thoughts }, never);
    }
    const forwards = readFileSync(log, 'utf8').trim().split('\n').map(Number);
    const long = forwards.filter((tokens) => tokens > 100);
    expect(long.reduce((sum, tokens) => sum + tokens, 0)).toBe(contexts.length * 700);
    expect(Math.max(...forwards)).toBe(512);
  });

  test('are one configuration per file, library and knob', async () => {
    const some = await open({});
    const same = await open({});
    expect(same.configuration).toBe(some.configuration);
    expect((await open({}, { contextBytesMax: 9 })).configuration).not.toBe(some.configuration);
    expect((await open({ trainContextSize: 9 })).configuration).not.toBe(some.configuration);
  });
});

test.each<[string, ToyModel, RegExp]>([
  ['no file that it can read', { fault: 'no-model' }, /invalid magic/],
  ['no memory', { fault: 'no-room' }, /not enough memory/],
  ['recurrence', { fault: 'recurrent' }, /recurrent/],
  ['tokens of another text', { fault: 'lossy' }, /do not spell/],
  ['only zeros', { fault: 'zero-bits' }, /zero/],
  ['values above zero', { fault: 'above-one' }, /above zero/],
  ['no probability', { fault: 'missing' }, /NaN/],
  ['no answer about some tokens', { fault: 'silent' }, /NaN/],
  ['the same for every text', { fault: 'constant' }, /same bits/],
  ['bits that depend on the order', { fault: 'order' }, /alone/],
])('a model with %s ends the run before it begins', async (_fault, model, words) => {
  const scorer = await open(model);
  await expect(scorer.score(request, never)).rejects.toMatchObject({
    code: 'SCORER_UNSUITABLE',
    message: expect.stringMatching(words),
    subject: 'scorer.file',
  });
  expect(await scorer.check()).toMatch(words);
});

describe('failures', () => {
  test('a thought that is too long is null, and a code that is too long is refused', async () => {
    const scorer = await open({ trainContextSize: 200 });
    const some = { ...request, thoughts: ['a '.repeat(200), 'nothing\n'] };
    expect(await scorer.score(some, never)).toEqual([null, expect.any(Number)]);
    await expect(
      scorer.score({ ...request, target: 'a '.repeat(200) }, never),
    ).rejects.toMatchObject({
      code: 'SCORER_REFUSED',
      message: expect.stringContaining('trained'),
    });
  });

  test('a thought at which llama.cpp always aborts is null, and the others are scored', async () => {
    const scorer = await open({ aborts: 'poison' });
    const before = await scorer.score(request, never);
    const some = { ...request, thoughts: ['poison\n', ...request.thoughts] };
    expect(await scorer.score(some, never)).toEqual([null, ...before]);
  });

  test('a code at which it always aborts is refused, with its last words', async () => {
    const scorer = await open({ aborts: 'poison' });
    await expect(scorer.score({ ...request, target: 'poison\n' }, never)).rejects.toMatchObject({
      code: 'SCORER_REFUSED',
      message: expect.stringContaining('GGML_ASSERT(enough) failed'),
    });
  });

  test('one that is killed from outside is no fault of the text', async () => {
    const scorer = await open({ kills: 'victim' });
    await expect(scorer.score({ ...request, thoughts: ['victim\n'] }, never)).rejects.toMatchObject(
      { code: 'SCORER_UNAVAILABLE', message: expect.stringContaining('SIGKILL') },
    );
  });

  test('a child that is silent for too long is replaced', async () => {
    const scorer = await open({ hangs: 'forever' }, { timeoutMs: 3_000 });
    await expect(
      scorer.score({ ...request, thoughts: ['forever\n'] }, never),
    ).rejects.toMatchObject({
      code: 'SCORER_UNAVAILABLE',
      message: expect.stringContaining('silent'),
    });
    // On a busy machine the next child, too, may need longer than that to start.
    const bits = () => scorer.score(request, never);
    expect(await vi.waitFor(bits, { timeout: 60_000 })).toHaveLength(3);
  });

  test('a run that is stopped waits for no text', async () => {
    const scorer = await open({ hangs: 'forever' });
    await scorer.score(request, never);
    const stop = new AbortController();
    const scoring = scorer.score({ ...request, thoughts: ['forever\n'] }, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(scoring).rejects.toThrow('stopped');
  });
});

test('once closed it starts no process again', async () => {
  const scorer = await open({});
  await scorer.score(request, never);
  await scorer.close();
  await expect(scorer.score(request, never)).rejects.toThrow('the scorer was closed');
});

describe('what is not there is said with what to do', () => {
  test('the library, with the command that installs it', async () => {
    const place = join(folder, 'an empty one');
    const command = installCommand(place, `${process.platform} ${process.arch}`);
    await expect(open({}, { libraryFolder: place })).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      message: expect.stringContaining(`run \`${command}\` and set`),
    });
    await expect(open({}, { libraryFolder: '' })).rejects.toMatchObject({ code: 'TOOL_MISSING' });
  });

  test('for each platform its own package, in a folder of any name', () => {
    const options = '--omit=optional --ignore-scripts';
    expect(installCommand('/opt/llama', 'linux x64')).toMatch(
      /^npm install --prefix \/opt\/llama node-llama-cpp@([\d.]+) @node-llama-cpp\/linux-x64@\1 /,
    );
    expect(installCommand("/my model's", 'darwin arm64')).toMatch(
      new RegExp(
        `--prefix '/my model'\\\\''s' .* @node-llama-cpp/mac-arm64-metal@[\\d.]+ ${options}$`,
      ),
    );
    expect(installCommand('/opt/llama', 'aix ppc64')).toBeNull();
  });

  test('the file', async () => {
    await expect(open({}, { file: '' })).rejects.toThrow('scorer.file is empty');
    await expect(open({}, { file: join(folder, 'none.gguf') })).rejects.toThrow('none.gguf');
  });
});

test('ends are unknown where tokens spell another text', () => {
  const spell = (tokens: readonly number[]) => String.fromCodePoint(...tokens);
  expect(tokenEnds([97, 98], 'ab', spell)).toEqual([1, 2]);
  expect(tokenEnds([97, 99], 'ab', spell)).toBeNull();
  expect(tokenEnds([97], 'ab', spell)).toBeNull();
  expect(tokenEnds([97, 0xfffd], 'a\uFFFD', spell)).toEqual([1, 2]);
});
