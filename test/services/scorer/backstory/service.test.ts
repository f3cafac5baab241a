/**
 * The backstory scorer against the real service with a small trained model, on the CPU: numbers,
 * what goes over the wire, and how the process starts and ends.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ScorerProcess, startScorerService } from '../../../../scripts/scorer/run-scorer.ts';
import { tinyModel } from '../../../../scripts/tiny-model/tiny-model.ts';
import type { Scorer } from '../../../../services/ports/scorer.ts';
import { scorerKnobs } from '../../../../services/scorer/config.ts';
import { openScorer } from '../../../../services/scorer/open.ts';
import { pythonWithTorch } from '../../../samples/installed/python-environment.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const never = new AbortController().signal;
const apiKey = 'a key of this test';
const environment = {
  BACKSTORY_SCORER_API_KEY: apiKey,
  PYTHONPYCACHEPREFIX: join(root, '.cache/pycache'),
  OMP_NUM_THREADS: '1',
};
const request = {
  context: 'class Option {\n  constructor(flags, description) {\n',
  thoughts: ['', 'Keep flags and description.\n', 'const return function\n'],
  target: '    this.flags = flags;\n    this.description = description || "";\n  }\n',
};

let python: string;
let service: ScorerProcess;
let scorer: Scorer;

beforeAll(async () => {
  Object.assign(process.env, environment);
  python = await pythonWithTorch();
  const model = await tinyModel('trial', python);
  const parameters = ['--port', '0', '--threads', '1', '--batch-tokens', '512'];
  service = await startScorerService(python, ['--model', model, ...parameters], environment);
  scorer = await open({});
}, 1_500_000);

afterAll(() => service?.stop('SIGKILL'));

function open(knobs: Record<string, unknown>, key = apiKey): Promise<Scorer> {
  const wanted = { kind: 'backstory', url: service.url, model: service.model, ...knobs };
  return openScorer(scorerKnobs.parse(wanted), { apiKey: key });
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`backstory_scorer_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

describe('the backstory scorer and the real service', () => {
  it('passes the probe', async () => {
    expect(await scorer.check()).toBeNull();
  }, 60_000);

  it('gives the sums that the service computes, and tokens that add up to them', async () => {
    const bits = await scorer.score(request, never);
    expect(new Set(bits).size).toBe(3);
    const scored = (await scorer.scoreTokens?.(request, never)) ?? [];
    expect(scored).toHaveLength(3);
    scored.forEach((each, index) => {
      const { bits: sum, tokens } = each ?? { bits: Number.NaN, tokens: [] };
      expect(sum).toBeCloseTo(bits[index] ?? 0, 3);
      expect(tokens.reduce((total, each) => total + each.bits, 0)).toBeCloseTo(sum, 3);
      expect(tokens.at(-1)?.end).toBe(request.target.length);
      const ends = tokens.map(({ end }) => end);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    });
  }, 60_000);

  it('agrees with the http scorer on the echo of the same service', async () => {
    const [, name] = /^(.*)@/.exec(service.model) ?? [];
    const knobs = { kind: 'http', url: `${service.url}/v1`, model: name };
    const echo = await openScorer(scorerKnobs.parse(knobs), { apiKey });
    // No token of the whole prompt crosses these borders, so both have the same tokens.
    const thoughts = ['Keep flags and description.\n'];
    const alone = { ...request, thoughts, target: 'this.flags = flags;\n' };
    const [one] = await scorer.score(alone, never);
    const [other] = await echo.score(alone, never);
    expect(one).toBeCloseTo(other ?? Number.NaN, 3);
  }, 60_000);

  it('lets a model that was trained tell code from noise', async () => {
    const noise = request.target.split('').toSorted().join('');
    const [code] = await scorer.score(request, never);
    const [mixed] = await scorer.score({ ...request, target: noise }, never);
    expect((code ?? Number.NaN) / request.target.length).toBeLessThan(6);
    expect(code).toBeLessThan((mixed ?? Number.NaN) * 0.8);
  }, 60_000);

  it('reads a context once for all rounds', async () => {
    const context = 'function parse(line) {\n'.repeat(40);
    const rounds = [['a'], ['b', 'c'], ['d']];
    const before = await metric('tokens_total{kind="context"}');
    for (const thoughts of rounds) await scorer.score({ ...request, context, thoughts }, never);
    const read = (await metric('tokens_total{kind="context"}')) - before;
    expect(read).toBeGreaterThan(100);
    expect(read).toBeLessThan(1000);
    expect(await metric('contexts_total{outcome="hit"}')).toBeGreaterThanOrEqual(2);
  }, 60_000);

  it('names another configuration, a wrong key and a text that is too long', async () => {
    const other = await open({ model: `trial@${'0'.repeat(12)}` });
    expect(await other.check()).toContain(service.model);
    const stranger = await open({}, 'another key');
    expect(await stranger.check()).toContain('key');
    const long = { ...request, thoughts: ['a b c d e '.repeat(5000)] };
    await expect(scorer.score(long, never)).rejects.toMatchObject({ code: 'SCORER_REFUSED' });
  }, 60_000);

  it('ends with 0 when it is told to, and is then unavailable', async () => {
    expect(await service.stop()).toBe(0);
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNAVAILABLE',
    });
  }, 60_000);

  it('does not start with settings that nobody knows', async () => {
    for (const parameters of [['--port', '70000'], ['--model'], ['--cache-gib', '-1']]) {
      const starting = startScorerService(python, ['--model', 'm', ...parameters], environment);
      await expect(starting).rejects.toThrow('ended with 2');
    }
  }, 60_000);
});
