/**
 * How a trajectory scrolls: the page is moved by a fixed way per frame, as a wheel and as a drag of
 * the bar move it; a frame is the time between two drawings.
 */
import type { Browser, Page } from 'playwright-core';
import { visit } from '../../browser/browser.ts';

/** Pixels per frame: a wheel that is turned fast, and the bar dragged through the document. */
const ways = [
  ['wheel', 120],
  ['drag', 4_000],
] as const;
const framesOfWay = 300;

export type Report = (metric: string, value: number, unit: string) => void;

/** Resolves to the median frame of a wheel in milliseconds. */
export async function scrollFrames(
  browser: Browser,
  address: string,
  report: Report,
): Promise<number> {
  const { page } = await visit(browser, address);
  await page.waitForSelector('.lines .line');
  // Its beginning is there before the rest is read.
  await page.locator('.overview [role=status]').waitFor({ state: 'detached' });
  const medians: number[] = [];
  for (const way of ways) medians.push(await scroll(page, way, report));
  await page.context().close();
  return medians[0] ?? 0;
}

/** To a place amid the document, where nothing was drawn yet. */
const jumpIn = `(async () => {
  const list = document.querySelector('.steps .scroller');
  list.scrollTop = list.scrollHeight / 4;
  await new Promise((resolve) => setTimeout(resolve, 1500));
})()`;

/** The median frame. */
async function scroll(
  page: Page,
  [name, pixels]: readonly [string, number],
  report: Report,
): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const metrics = async () => {
    const { metrics: all } = await client.send('Performance.getMetrics');
    const of = (wanted: string) => (all.find((each) => each.name === wanted)?.value ?? 0) * 1000;
    return { script: of('ScriptDuration'), layout: of('LayoutDuration') };
  };
  await page.evaluate(jumpIn);
  const before = await metrics();
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
  const after = await metrics();
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  report(`${name}: frame, median`, at(0.5), 'ms');
  report(`${name}: frame, p95`, at(0.95), 'ms');
  report(`${name}: frame, longest`, at(1), 'ms');
  report(`${name}: script per frame`, (after.script - before.script) / framesOfWay, 'ms');
  report(`${name}: layout per frame`, (after.layout - before.layout) / framesOfWay, 'ms');
  return at(0.5);
}
