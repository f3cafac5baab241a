/**
 * `npm run soak -- scroll [OUT]`: how soon the page of `backstory ui` shows what it is for, how
 * soon its server answers what is much work, and how the longest trajectory scrolls in Chromium.
 * The output is that of this whole repository as one document, or OUT. Without a GPU the browser
 * paints on the cores that all share. A promise broke where a view's first useful paint took a
 * second or more, where a question waited a tenth of one for another, or where half of the frames
 * of a wheel missed two drawings of 60 a second. The first look at a server just started has no
 * bound.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { runSources } from '../../services/cli/commands/run.ts';
import { openStreams } from '../../services/cli/context.ts';
import type { FileView } from '../../services/ui/api.ts';
import { launchBrowser } from '../browser/browser.ts';
import { answerTimes } from './scroll/answer-times.ts';
import { firstUsefulPaint } from './scroll/first-paint.ts';
import { scrollFrames } from './scroll/frames.ts';
import { type ManySamples, type ServedLong, serveLong, writeMany } from './scroll/serve-long.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const paintMsMax = 1_000;
const waitMsMax = 100;
/** A drawing of 60 a second that came late by one. */
const smoothMs = 1000 / 30;
/** In which a server opens the tokenizer, before someone has opened the page. */
const startMs = 3_000;

export async function run([given]: string[]): Promise<boolean> {
  if (given !== undefined) return measure(resolve(given));
  const folder = await mkdtemp(join(tmpdir(), 'backstory-scroll-'));
  const out = join(folder, 'out');
  const { signal } = new AbortController();
  const streams = openStreams(process.stdout, process.stderr, {});
  const options = { out, search: 'off', quiet: true, set: ['flatten.episodeTokens=0'] };
  try {
    await runSources({ ...streams, workingFolder: folder, signal }, [root], options);
    return await measure(out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function report(metric: string, value: number, unit: string): void {
  console.log(`${metric.padEnd(40)} ${Number(value.toPrecision(4))} ${unit}`);
}

async function measure(out: string): Promise<boolean> {
  const many = await writeMany(out);
  const isFree = await answer(out, many);
  const browser = await launchBrowser();
  try {
    // The first page of a browser starts its processes.
    await firstUsefulPaint(browser, 'data:text/html,<p>', 'p');
    const isSoon = await paint(browser, out, many);
    const served = await serveLong(out, many);
    try {
      const address = `${served.address}${served.trajectory}`;
      return (await scrollFrames(browser, address, report)) <= smoothMs && isSoon && isFree;
    } finally {
      await served.close();
    }
  } finally {
    await browser.close();
    await many.remove();
  }
}

/** Whether no question kept others waiting. */
async function answer(out: string, many: ManySamples): Promise<boolean> {
  const served = await serveLong(out, many);
  try {
    await wait(startMs);
    return (await answerTimes(served, report)) < waitMsMax;
  } finally {
    await served.close();
  }
}

/** Whether every view was there in time. */
async function paint(browser: Browser, out: string, many: ManySamples): Promise<boolean> {
  const late: string[] = [];
  const look = async ({ address }: ServedLong, view: View, msMax = paintMsMax) => {
    const [name, path, drawn] = view;
    const paintMs = await firstUsefulPaint(browser, address + path, drawn);
    report(name, paintMs, 'ms');
    if (paintMs >= msMax) late.push(name);
  };
  const started = await serveLong(out, many);
  const { tokens } = started;
  report('longest trajectory', tokens, 'tokens');
  const trajectory = (name: string, step = ''): View => [
    `trajectory, ${name}`,
    started.trajectory + step,
    step === '' ? '.lines .line' : '.head.current',
  ];
  // The tokenizer is being opened meanwhile.
  await look(started, trajectory('of a server just started'), Number.POSITIVE_INFINITY);
  await started.close();
  const served = await serveLong(out, many);
  await wait(startMs);
  await look(served, trajectory('not read before'));
  // The rest of it is being read.
  await wait(startMs);
  await look(served, trajectory('read before'));
  await look(served, trajectory('read before, at a step', `?step=${served.steps >> 1}`));
  await look(served, compared(served));
  const files = await filesOf(served);
  await look(served, compared(served, files[files.length >> 1]));
  for (const view of otherViews) await look(served, view);
  await served.close();
  if (late.length > 0) console.log(`late: ${late.join(', ')}`);
  return late.length === 0;
}

type View = readonly [name: string, path: string, drawn: string];

/** The second output has not read its copy of the trajectory before. */
function compared({ name }: ServedLong, path = ''): View {
  const parameters = new URLSearchParams({ name, path });
  const where = path === '' ? 'its first' : 'one in its middle';
  return [`compare a file, ${where}`, `#/compare/0?${parameters}`, '.side.two pre'];
}

async function filesOf({ address, name }: ServedLong): Promise<readonly string[]> {
  const response = await fetch(`${address}api/file?${new URLSearchParams({ name })}`);
  return ((await response.json()) as FileView).paths;
}

/** A million samples are the third output. */
const otherViews: readonly View[] = [
  ['data set', '#/data/0', '.figures'],
  ['samples', '#/samples/0', '.rows tbody a'],
  ['a million samples', '#/samples/2', '.rows tbody a'],
  ['a million samples, sorted', '#/samples/2?sort=tokens&desc=1', '.rows tbody a'],
  ['a million samples, by name', '#/samples/2?sort=name', '.rows tbody a'],
  ['a million samples, filtered', '#/samples/2?q=77', '.rows tbody a'],
  ['a data set of a million', '#/data/2', '.figures'],
  ['left out', '#/drops/0', '.filters'],
  ['compare', '#/compare/0', '.numbers td'],
  ['live', '#/live/0', '.flow .stage'],
  ['marks', '#/marks/0', '.filters .verdict'],
];
