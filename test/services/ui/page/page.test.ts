/** The page's own modules, without a browser: what they are typed by, and how large they get. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { graph, stageNames, topicNames } from '../../../../schemas/topology.ts';
import type { SegmentFacts } from '../../../../services/ui/api.ts';
import { bundlePage, styles } from '../../../../services/ui/server/bundle.ts';
import { root } from '../../../tidy/rules/source-files.ts';

/** The page has types of a browser, which the rest of the program must not see. */
async function modules() {
  const folder = '../../../../services/ui/page';
  const blocks = await import(`${folder}/trajectory/blocks.ts`);
  const route = await import(`${folder}/frame/route.ts`);
  const runs = await import(`${folder}/trajectory/lines/token-runs.ts`);
  const layout = await import(`${folder}/live/layout.ts`);
  const drawn = await import(`${folder}/trajectory/keep-drawn.ts`);
  const lines = await import(`${folder}/trajectory/lines/text-lines.ts`);
  return { ...blocks, ...route, ...runs, ...layout, ...drawn, ...lines };
}

test('the page has no error of types', () => {
  const parameters = ['node_modules/.bin/tsc', '-p', 'services/ui/page'];
  const { stdout, status } = spawnSync(process.execPath, parameters, { cwd: root });
  expect(stdout.toString()).toBe('');
  expect(status).toBe(0);
});

test('all scripts together stay below 300 kB, and none names another host', async () => {
  const files = [...(await bundlePage())];
  const scripts = files.filter(([, { type }]) => type === 'text/javascript');
  const size = scripts.reduce((sum, [, { bytes }]) => sum + bytes.byteLength, 0);
  expect(size).toBeGreaterThan(50_000);
  expect(size).toBeLessThan(300_000);
  const [, document] = files.find(([path]) => path === '/') ?? [];
  expect(Buffer.from(document?.bytes ?? []).toString()).not.toMatch(/<script(?![^>]*src)|https?:/);
});

test('the style that is served holds every style of the page, the shared ones first', async () => {
  const page = join(root, 'services/ui/page');
  const files = readdirSync(page, { recursive: true, encoding: 'utf8' });
  expect([...styles].sort()).toEqual(files.filter((path) => path.endsWith('.css')).sort());
  const served = Buffer.from((await bundlePage()).get('/page.css')?.bytes ?? []).toString();
  const texts = styles.map((path) => readFileSync(join(page, path), 'utf8'));
  expect(served).toBe(texts.join('\n'));
  expect(styles.findLastIndex((path) => path.startsWith('frame/'))).toBe(1);
});

test('blocks hold every line of a segment once, and of what was read first only a part', async () => {
  const { blocksOf } = await modules();
  const facts = fc.record({
    kind: fc.constantFrom('think', 'write', 'observe', 'read'),
    rows: fc.nat(200),
  });
  fc.assert(
    fc.property(fc.array(facts), fc.boolean(), (segments, all) => {
      const blocks = blocksOf(segments as SegmentFacts[], new Set(), all) as {
        part: string;
        segment: number;
        from: number;
        to: number;
        hidden: number;
      }[];
      for (const [segment, { kind, rows }] of segments.entries()) {
        const own = blocks.filter((block) => block.part === 'lines' && block.segment === segment);
        const shown = own.reduce((sum, { from, to }) => sum + to - from, 0);
        const hidden = own.reduce((sum, block) => sum + block.hidden, 0);
        expect(shown + hidden).toBe(rows);
        expect(hidden > 0).toBe(kind === 'observe' && !all && rows > 6);
      }
    }),
  );
});

test('a block is drawn again only when what it is drawn from has changed', async () => {
  const { keepDrawn, drawnMax } = await modules();
  let drawings = 0;
  const draw = (block: object) => {
    drawings += 1;
    return { block };
  };
  const kept = keepDrawn() as (inputs: readonly unknown[]) => {
    node(block: object, parts: readonly unknown[], draw: (block: object) => object): object;
  };
  const [one, other] = [{}, {}];
  const drawn = (inputs: readonly unknown[], block: object, parts: readonly unknown[] = []) =>
    kept(inputs).node(block, parts, draw);
  const first = drawn(['step', 1], one);
  expect(drawn(['step', 1], one)).toBe(first);
  expect(drawn(['step', 1], other)).toEqual({ block: other });
  expect(drawings).toBe(2);
  expect(drawn(['step', 2], one)).not.toBe(first);
  expect(drawings).toBe(3);
  drawn(['step'], one);
  expect(drawings).toBe(4);
  // Its own text has come; that of others stays.
  const second = drawn(['step'], other);
  drawn(['step'], one, ['text', null]);
  expect(drawings).toBe(6);
  expect(drawn(['step'], other)).toBe(second);
  drawn(['step'], one, ['text', 'colours']);
  drawn(['step'], one, ['text', 'colours']);
  expect(drawings).toBe(7);
  for (let more = 0; more < drawnMax; more += 1) drawn(['step'], {});
  drawn(['step'], other);
  expect(drawings).toBe(8 + drawnMax);
});

test('a text is cut into lines once, and where its tokens end once', async () => {
  const { linesOf, tokenLinesOf } = await modules();
  const text = { segment: 0, text: 'one\ntwo', cut: [] };
  const tokens = { ends: [3], ids: [1] };
  expect(linesOf(text)).toEqual(['one', 'two']);
  expect(linesOf(text)).toBe(linesOf(text));
  expect(tokenLinesOf(text, tokens)).toHaveLength(2);
  expect(tokenLinesOf(text, tokens)).toBe(tokenLinesOf(text, tokens));
});

test('an address that was written is read as the same place', async () => {
  const { formatRoute, parseRoute } = await modules();
  const parameters = fc.dictionary(fc.string({ minLength: 1 }), fc.string());
  fc.assert(
    fc.property(fc.nat(999), fc.string({ minLength: 1 }), parameters, (out, id, given) => {
      const place = { view: 'trajectory', out, id, parameters: { ...given } };
      expect(parseRoute(formatRoute(place))).toEqual(place);
    }),
  );
  expect(parseRoute('')).toEqual({ view: 'data', out: 0, parameters: {} });
  expect(parseRoute('#/nonsense/x/%')).toEqual({ view: 'data', out: 0, parameters: {} });
});

test('runs of tokens keep the text and its lines', async () => {
  const { tokenRuns } = await modules();
  const lines = tokenRuns('one\ntwo three\n', [2, 5, 9]) as [string, string][][];
  expect(lines.map((line) => line.map(([, text]) => text).join(''))).toEqual([
    'one',
    'two three',
    '',
  ]);
  expect(lines[1]).toEqual([
    ['odd', 't'],
    ['even', 'wo t'],
    ['odd', 'hree'],
  ]);
});

test('the graph has every topic once, as a link between neighbours or as a rail', async () => {
  const { layoutOf } = await modules();
  const stages = stageNames.map((name) => graph[name]);
  const { links, rails } = layoutOf(stages, topicNames) as {
    links: { topic: string; at: number }[];
    rails: { topic: string; from: number; to: number }[];
  };
  const drawn = [...links, ...rails].map(({ topic }) => topic);
  expect(drawn.sort()).toEqual([...topicNames].sort());
  for (const { topic, at } of links) {
    expect(stages[at + 1]?.reads).toContain(topic);
    expect(stages[at]?.writes).toContain(topic);
  }
  const dropped = rails.find(({ topic }) => topic === 'dropped');
  expect(dropped).toMatchObject({ from: 0, to: stageNames.indexOf('sink') });
});
