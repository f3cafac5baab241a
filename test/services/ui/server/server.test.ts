/** The server answers its own page and nobody else, and it tells what the output holds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOutput } from '../../../../services/dataset/open-output.ts';
import { listSamples, readSample } from '../../../../services/dataset/samples.ts';
import type {
  DropPage,
  FileView,
  FunnelView,
  HeatView,
  HitPage,
  LogView,
  OutputState,
  QualityView,
  Rewrite,
  SamplePage,
  SegmentFacts,
  SegmentText,
  SegmentTokens,
  Totals,
  TrajectoryView,
} from '../../../../services/ui/api.ts';
import type { LetterPage, LiveAnswer } from '../../../../services/ui/live/view.ts';
import { scan } from '../../../../services/ui/reading/scan.ts';
import { hostileText, projectFiles } from '../../../samples/ui-output.ts';
import { askServer, type ServedRun, serveFolders, serveRun } from './serve-output.ts';

let out: string;
let served: ServedRun;
let sample: TrajectoryView;

const json = async <Value>(path: string) => (await served.json(path)) as Value;

beforeAll(async () => {
  served = await serveRun();
  ({ out } = served);
  const { rows } = await json<SamplePage>('/api/samples');
  sample = await json<TrajectoryView>(`/api/trajectory?id=${rows[0]?.id}`);
});

afterAll(() => served.close());

describe('who may ask', () => {
  const { ask } = { ask: (headers: Record<string, string>) => served.ask('/api/outputs', headers) };

  test('its own page may', async () => {
    expect((await ask({})).status).toBe(200);
    expect((await ask({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await ask({ host: `localhost:${served.server.port}` })).status).toBe(200);
  });

  test.each([
    ['another name for this address', { host: 'evil.example' }, 421],
    ['another port', { host: '127.0.0.1:1' }, 421],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, 403],
    ['a script of another origin', { origin: 'http://evil.example' }, 403],
  ])('%s may not', async (_, headers, status) => {
    const answered = await ask(headers as Record<string, string>);
    expect(answered.status).toBe(status);
    expect(JSON.parse(answered.text)).toMatchObject({ error: { code: 'USAGE' } });
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('nobody may %s', async (method) => {
    expect((await askServer(served.server.port, '/api/outputs', {}, method)).status).toBe(405);
  });

  test('beyond this machine a token is needed, once in the address and then as a cookie', async () => {
    await expect(serveFolders([out], { host: '0.0.0.0' })).rejects.toMatchObject({ code: 'USAGE' });
    const open = await serveFolders([out], { host: '0.0.0.0', token: 'right' });
    try {
      expect((await open.ask('/')).status).toBe(401);
      expect((await open.ask('/api/outputs?token=right')).status).toBe(401);
      expect((await open.ask('/?token=wrong')).status).toBe(401);
      const { status, headers } = await open.ask('/?token=right');
      expect([status, headers.location]).toEqual([303, '/']);
      const [cookie = ''] = headers['set-cookie'] ?? [];
      expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
      const [pair = ''] = cookie.split(';');
      expect((await open.ask('/api/outputs', { cookie: pair })).status).toBe(200);
      expect(
        (await open.ask('/api/outputs', { cookie: `${pair.split('=')[0]}=wrong` })).status,
      ).toBe(401);
    } finally {
      await open.close();
    }
  });

  test('every answer forbids what the server did not send', async () => {
    for (const path of ['/', '/api/outputs', '/nothing', '/api/nothing']) {
      const { headers } = await served.ask(path);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    }
  });
});

describe('what is asked', () => {
  test.each([
    '/../run.json',
    '/..%2frun.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//etc/passwd',
    '/shards/index.json',
    '/run.json',
    '/api/',
    '/api/../run.json',
    '/\\..\\run.json',
  ])('no path reaches a file: %s', async (path) => {
    const { status, text } = await served.ask(path);
    expect([400, 404]).toContain(status);
    expect(text).not.toMatch(/configurationHash|root:/);
  });

  test('nonsense is refused with its parameter, and never a stack', async () => {
    const words = ['-1', '1e99', 'NaN', '__proto__', '%00', '%ff', "'", '9'.repeat(400), '%F0%9F'];
    const questions = ['totals', 'samples', 'trajectory', 'texts', 'line', 'tokens', 'scan'];
    const names = ['out', 'from', 'count', 'id', 'segment', 'sort', 'min', 'in', 'q', 'line'];
    for (const question of questions) {
      for (const name of names) {
        for (const word of words) {
          const { status, text } = await served.ask(`/api/${question}?${name}=${word}`);
          expect([200, 400, 404], `${question} ${name} ${word}`).toContain(status);
          expect(text).not.toMatch(/ at .*\.ts|node:/);
        }
      }
    }
    const { text } = await served.ask('/api/samples?count=501');
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'USAGE', subject: 'count' } });
    expect((await served.ask('/api/samples?out=1')).status).toBe(400);
  });

  test('known secrets are hidden', async () => {
    const { text } = await served.ask('/api/trajectory?id=my-secret-key');
    expect(text).toContain('no sample here has the id ***');
  });
});

describe('what is answered', () => {
  test('state, totals and samples are those of the output', async () => {
    const [state] = await json<OutputState[]>('/api/outputs');
    const output = await openOutput(out);
    expect(state).toMatchObject({
      head: output.headHash,
      closed: true,
      shardsRead: 1,
      problem: null,
    });
    const listed = await listSamples(output);
    const totals = await json<Totals>('/api/totals');
    expect(totals).toMatchObject({
      samples: 1,
      repositories: 1,
      incomplete: 0,
      files: Object.keys(projectFiles()).length,
      tokens: listed[0]?.tokens,
      trainedTokens: listed[0]?.trainedTokens,
      packs: output.shards[0]?.packs,
      licences: [{ name: 'MIT', samples: 1 }],
    });
    const languages = Object.fromEntries(totals.languages.map((each) => [each.name, each.files]));
    expect(languages).toMatchObject({ typescript: 3, json: 1, markdown: 1 });
    const { rows } = await json<SamplePage>('/api/samples?q=rooms&licence=MIT');
    expect(rows).toMatchObject([{ id: listed[0]?.id, tokens: listed[0]?.tokens, complete: true }]);
    expect(await json<SamplePage>('/api/samples?q=nothing')).toMatchObject({
      matched: 0,
      samples: 1,
    });
  });

  test('a trajectory comes as facts first, then as texts, which are the output’s own', async () => {
    const wanted = await readSample(await openOutput(out), sample.id);
    const facts = sample.segments.map(({ kind, path, trained, tokens }) => [
      kind,
      path,
      trained,
      tokens,
    ]);
    expect(facts).toEqual(
      wanted.segments.map(({ kind, path, trained, tokens }) => [kind, path, trained, tokens]),
    );
    const texts = await json<SegmentText[]>(`/api/texts?id=${sample.id}&from=0&count=500`);
    for (const { segment, text, cut } of texts) {
      const { body = '' } = wanted.segments[segment] ?? {};
      if (cut.length === 0) expect(text).toBe(body);
      else expect(cut.map(([line]) => line)).toEqual([2]);
    }
    expect(texts.some(({ text }) => text.includes(hostileText))).toBe(true);
  });

  test('a file comes with its thoughts and code alone', async () => {
    const path = 'src/report.ts';
    const { id, paths, file } = await json<FileView>(`/api/file?name=rooms&path=${path}`);
    expect([id, [...paths].sort()]).toEqual([sample.id, Object.keys(projectFiles()).sort()]);
    expect(file?.steps.at(-1)).toMatchObject({
      kind: 'write',
      text: { text: projectFiles()[path] },
    });
    expect(file?.steps[0]?.kind).toBe('think');
    expect(file?.stepsLeft).toBe(0);
    const own = sample.segments.filter((each) => each.path === path && each.kind === 'write');
    expect(file?.writeTokens).toBe(own.reduce((sum, { tokens }) => sum + tokens, 0));
    const first = await json<FileView>('/api/file?name=rooms');
    expect(first.file?.path).toBe(paths[0]);
    const none = await json<FileView>('/api/file?name=rooms&path=nothing');
    expect(none).toMatchObject({ id: sample.id, file: null });
    expect(await json<FileView>('/api/file?name=nobody')).toEqual({
      id: null,
      paths: [],
      file: null,
    });
  });

  test('the rest of a long line can be asked for', async () => {
    const at = sample.segments.findIndex((each) => each.kind === 'write' && each.widest > 2_000);
    const [text] = await json<SegmentText[]>(`/api/texts?id=${sample.id}&from=${at}&count=1`);
    const [line, characters] = text?.cut[0] ?? [0, 0];
    expect(characters).toBe(3_000);
    const path = `/api/line?id=${sample.id}&segment=${at}&line=${line}&from=2000&to=9000`;
    expect((await json<{ text: string }>(path)).text).toBe('word '.repeat(200));
  });

  test('tokens of a segment end where its characters do', async () => {
    const at = sample.segments.findIndex(
      ({ path, kind }) => path === 'src/hostile.ts' && kind === 'write',
    );
    const { ends, ids } = await json<SegmentTokens>(`/api/tokens?id=${sample.id}&segment=${at}`);
    const [text] = await json<SegmentText[]>(`/api/texts?id=${sample.id}&from=${at}&count=1`);
    expect(ends.at(-1)).toBe(text?.text.length);
    expect(ends).toEqual([...ends].sort((a, b) => a - b));
    expect(ids).toHaveLength(ends.length);
    expect(ends.length).toBeLessThanOrEqual(sample.segments[at]?.tokens ?? 0);
  });

  test('code has bits for each line, and others without the thought', async () => {
    const isCode = ({ path, kind }: SegmentFacts) => path === 'src/report.ts' && kind === 'write';
    const at = sample.segments.findIndex(isCode);
    const { lines } = await json<HeatView>(`/api/heat?id=${sample.id}&segment=${at}`);
    expect(lines).toHaveLength(sample.segments[at]?.rows ?? 0);
    expect(lines.some(([after, before]) => after > 0 && after !== before)).toBe(true);
    expect(await json<HeatView>(`/api/heat?id=${sample.id}&segment=0`)).not.toMatchObject({
      why: null,
    });
  });

  test('the log adds dependencies, searches and the thoughts before them', async () => {
    const journey = await json<LogView>(`/api/journey?id=${sample.id}`);
    expect(journey.why).toBeNull();
    expect(journey.edges).toMatchObject([{ from: 'src/report.ts', to: 'src/shapes.ts' }]);
    expect(journey.searches.length).toBeGreaterThan(0);
    const [{ path = '' } = {}] = journey.searches.filter(({ rewritten }) => rewritten);
    const rewrite = await json<Rewrite>(
      `/api/rewrite?id=${sample.id}&path=${encodeURIComponent(path)}`,
    );
    expect(rewrite.before.length).toBe(rewrite.after.length);
    expect(rewrite.before).not.toEqual(rewrite.after);
  });

  test('the funnel says what was dropped, where and why, and leads to it', async () => {
    const { found } = await json<FunnelView>('/api/funnel');
    expect(found).toMatchObject({ found: 1, admitted: 1, written: 1 });
    expect(found?.drops).toMatchObject([{ stage: 'discover', reason: 'SOURCE_EMPTY', count: 1 }]);
    const drops = await json<DropPage>('/api/drops?stage=discover&reason=SOURCE_EMPTY');
    expect(drops).toMatchObject({ matched: 1, rows: [{ name: 'empty' }] });
    expect(await json<DropPage>('/api/drops?q=nothing')).toMatchObject({ matched: 0 });
    expect(found?.cost.calls).toBeGreaterThan(0);
  });

  test('a run that has ended says how far its stages came', async () => {
    const { live } = await json<LiveAnswer>('/api/live');
    expect(live).toMatchObject({ from: 'run', state: 'ended', mayAct: false, spending: null });
    const found = live?.stages.find(({ stage }) => stage === 'simulate');
    const files = Object.keys(projectFiles()).length;
    expect(found).toMatchObject({ waiting: 0, done: files, inFlight: 0, perSecond: null });
    expect(found?.ended).toMatchObject({ emitted: files });
    expect(live?.topics.find(({ topic }) => topic === 'dropped')).toMatchObject({ records: 1 });
    expect(await json<LetterPage>('/api/letters')).toMatchObject({ count: 0, letters: [] });
  });

  test('a search looks into paths and thoughts', async () => {
    const paths = await json<HitPage>('/api/scan?in=paths&q=SHAPES');
    const hit = { id: sample.id, path: 'src/shapes.ts' };
    expect(paths).toMatchObject({ next: null, left: 0, hits: [hit] });
    const thoughts = await json<HitPage>('/api/scan?in=thoughts&q=area');
    expect(thoughts.hits.length).toBeGreaterThan(0);
    for (const { segment } of thoughts.hits)
      expect(sample.segments[segment ?? 0]?.kind).toBe('think');
  });

  test('a search says how many hits of a shard it does not list', async () => {
    const [output] = served.outputs;
    if (output === undefined) throw new Error('no output is served');
    const { hits, left } = await scan(output, { place: 'paths', text: 'e', from: 0 }, 2);
    const all = Object.keys(projectFiles()).filter((path) => path.toLowerCase().includes('e'));
    expect([hits.length, left]).toEqual([2, all.length - 2]);
  });

  test('quality is measured once it is asked for', async () => {
    expect(await json<QualityView>('/api/quality')).toMatchObject({ state: 'idle' });
    await served.ask('/api/quality?start=1');
    const measured = () => json<QualityView>('/api/quality');
    await expect.poll(measured).toMatchObject({ state: 'done', sections: [{ title: 'Totals' }] });
  });
});
