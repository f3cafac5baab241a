/**
 * `npm run soak -- scroll [OUT]`: how a long trajectory scrolls in Chromium: that of
 * services/dataset, or of the output OUT, repeated until it has as many tokens as the longest that
 * people met. The page is moved by a fixed way per frame, as a wheel and as a drag of the bar move
 * it; a frame is the time between two drawings. Without a GPU the browser paints on the cores that
 * all share. A promise broke where half of the frames of a wheel miss two drawings of 60 a second.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { runSources } from '../../services/cli/commands/run.ts';
import { openStreams } from '../../services/cli/context.ts';
import type { TokenizedSample } from '../../services/dataset/samples.ts';
import { storageKnobs } from '../../services/runtime/store/objects/config.ts';
import { serveOutput } from '../../services/ui/reading/served-output.ts';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { startUiServer } from '../../services/ui/server/server.ts';
import { launchBrowser, visit } from '../browser/browser.ts';

/** Pixels per frame: a wheel that is turned fast, and the bar dragged through the document. */
const ways = [
  ['wheel', 120],
  ['drag', 4_000],
] as const;
const framesOfWay = 300;
const tokensMin = 2_700_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A drawing of 60 a second that came late by one. */
const smoothMs = 1000 / 30;

export async function run([given]: string[]): Promise<boolean> {
  if (given !== undefined) return measure(resolve(given));
  const folder = await mkdtemp(join(tmpdir(), 'backstory-scroll-'));
  const out = join(folder, 'out');
  const { signal } = new AbortController();
  const streams = openStreams(process.stdout, process.stderr, {});
  const options = { out, search: 'off', quiet: true, set: ['flatten.episodeTokens=0'] };
  try {
    const context = { ...streams, workingFolder: folder, signal };
    await runSources(context, [join(root, 'services/dataset')], options);
    return await measure(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report(metric: string, value: number, unit: string): void {
  console.log(`${metric.padEnd(24)} ${Number(value.toPrecision(4))} ${unit}`);
}

async function measure(out: string): Promise<boolean> {
  const place = { settings: storageKnobs.parse({}), folder: out };
  const { signal } = new AbortController();
  const output = await serveOutput({ label: 'long', place, runFolder: out }, null, signal);
  await output.settled();
  const [id = ''] = output.catalogue.columns.ids;
  const document = repeated(await output.document(id));
  report('document', document.overview.tokens, 'tokens');
  report('steps', document.segments.length, 'steps');
  const server = await startUiServer({
    ...{ outputs: [{ ...output, document: async () => document }], lives: [], mayChange: false },
    ...{ page: await bundlePage(), host: '127.0.0.1', port: 0, token: null },
    measureQuality: async () => [],
    now: () => performance.now(),
    timeMs: Date.now,
    hide: (text) => text,
  });
  const browser = await launchBrowser();
  try {
    const start = performance.now();
    const address = `http://127.0.0.1:${server.port}/#/trajectory/0/${id}`;
    const { page } = await visit(browser, address);
    await page.waitForSelector('.lines .line');
    report('first lines', performance.now() - start, 'ms');
    const medians: number[] = [];
    for (const way of ways) medians.push(await scroll(page, way));
    return (medians[0] ?? 0) <= smoothMs;
  } finally {
    await browser.close();
    await server.close();
  }
}

function repeated(sample: TokenizedSample): TokenizedSample {
  const { overview, segments } = sample;
  const times = Math.ceil(tokensMin / overview.tokens);
  return {
    ...sample,
    overview: { ...overview, tokens: overview.tokens * times },
    segments: Array.from({ length: times }, () => segments).flat(),
  };
}

/** To a place amid the document, where nothing was drawn yet. */
const jumpIn = `(async () => {
  const list = document.querySelector('.steps .scroller');
  list.scrollTop = list.scrollHeight / 4;
  await new Promise((resolve) => setTimeout(resolve, 1500));
})()`;

/** The median frame. */
async function scroll(page: Page, [name, pixels]: readonly [string, number]): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const scripted = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0;
  };
  await page.evaluate(jumpIn);
  const before = await scripted();
  const frames = (await page.evaluate(`(async () => {
    const list = document.querySelector('.steps .scroller');
    const frames = [];
    let last = await new Promise(requestAnimationFrame);
    while (frames.length < ${framesOfWay}) {
      list.scrollTop += ${pixels};
      const now = await new Promise(requestAnimationFrame);
      frames.push(now - last);
      last = now;
    }
    return frames;
  })()`)) as number[];
  const script = ((await scripted()) - before) * 1000;
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  report(`${name}: frame, median`, at(0.5), 'ms');
  report(`${name}: frame, p95`, at(0.95), 'ms');
  report(`${name}: frame, longest`, at(1), 'ms');
  report(`${name}: script per frame`, script / framesOfWay, 'ms');
  return at(0.5);
}
