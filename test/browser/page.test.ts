/** The page of `backstory ui` in a real browser: every view, hostile text, a phone, keys alone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageKnobs } from '../../services/runtime/store/objects/config.ts';
import type { LogView } from '../../services/ui/api.ts';
import { writeCopy } from '../../services/ui/copy/write-copy.ts';
import { openRunLive } from '../../services/ui/live/run-live.ts';
import { type ServedOutput, serveOutput } from '../../services/ui/reading/served-output.ts';
import { createAnswers } from '../../services/ui/server/answers.ts';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { startUiServer, type UiOptions, type UiServer } from '../../services/ui/server/server.ts';
import { showOutputs } from '../../services/ui/server/shown.ts';
import { hostileText, projectFiles, runUiOutput } from '../samples/ui-output.ts';
import { hasBrowser, launchBrowser, violations, visit } from './browser.ts';
import { serveFiles } from './serve-files.ts';

let folder: string;
let outputs: readonly ServedOutput[];
let options: UiOptions;
let server: UiServer;
/** Serves the same outputs, with the right to mark. */
let changing: UiServer;
let browser: Browser;
let address: string;
let sampleId: string;

/** A line far longer than a screen, and one that a page had better not lay out. */
const longLine = 60_000;
const hugeLine = 5_000_000;

beforeAll(async () => {
  if (!hasBrowser) return;
  folder = mkdtempSync(join(tmpdir(), 'backstory-page-'));
  const { LICENSE: licence = '' } = projectFiles();
  const line = `"\u202e${'word '.repeat(hugeLine / 5)}"\n`;
  const huge = { LICENSE: licence, 'data/huge.json': line };
  const out = await runUiOutput(folder, projectFiles(longLine), { huge });
  const place = { settings: storageKnobs.parse({}), folder: out };
  const { signal } = new AbortController();
  outputs = await Promise.all(
    ['first', 'second'].map((label) => serveOutput({ label, place, runFolder: out }, null, signal)),
  );
  await Promise.all(outputs.map((output) => output.settled()));
  sampleId = await idOf('rooms');
  options = {
    outputs,
    lives: outputs.map(() => openRunLive(out, Date.now)),
    mayChange: false,
    page: await bundlePage(),
    host: '127.0.0.1',
    port: 0,
    token: null,
    measureQuality: async () => [{ title: 'Thoughts', head: null, rows: [['thoughts', '6']] }],
    now: () => performance.now(),
    timeMs: () => 1_700_000_000_000,
    hide: (text) => text,
  };
  server = await startUiServer(options);
  changing = await startUiServer({ ...options, mayChange: true, token: 'right' });
  address = `http://127.0.0.1:${server.port}/`;
  browser = await launchBrowser();
});

afterAll(async () => {
  if (!hasBrowser) return;
  await browser.close();
  await changing.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function idOf(name: string): Promise<string> {
  const [sample] = (await outputs[0]?.catalogue.named(name, 1)) ?? [];
  return sample?.row.id ?? '';
}

/** Each view with something that is there once it is drawn. */
const views = (): readonly (readonly [hash: string, drawn: string])[] => [
  ['#/data/0', '.quality td'],
  ['#/samples/0', '.rows tbody a'],
  ['#/samples/0?in=thoughts&q=area', '.hits a'],
  ['#/drops/0', '.drops li'],
  [`#/trajectory/0/${sampleId}`, '.lines .line'],
  [`#/trajectory/0/${sampleId}?file=src/report.ts`, '.lines.code .h-keyword'],
  ['#/compare/0?name=rooms&path=src/report.ts', '.side.two pre'],
  ['#/live/0', '.flow .stage'],
  ['#/marks/0', '.filters .verdict'],
  ['#/data/9', 'main h1'],
];

async function rewrittenPath(): Promise<string> {
  const response = await fetch(`${address}api/journey?id=${sampleId}`);
  const { searches } = (await response.json()) as LogView;
  return searches.find(({ rewritten }) => rewritten)?.path ?? '';
}

/** A script that counts texts which become lines of the page while something happens. */
const drawnLines = (act: string) => `(async () => {
  const scroller = document.querySelector('.steps .scroller');
  const lines = new Set([...document.querySelectorAll('.line bdi')].map((each) => each.textContent));
  const plain = String.prototype.replaceAll;
  const stood = scroller.scrollTop;
  let drawn = 0;
  String.prototype.replaceAll = function (...given) {
    if (lines.has(String(this))) drawn += 1;
    return plain.apply(this, given);
  };
  ${act};
  for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
  String.prototype.replaceAll = plain;
  return { drawn, moved: scroller.scrollTop !== stood };
})()`;

const isWide = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe.skipIf(!hasBrowser)('every view', () => {
  test.each([
    ['on a wide screen', { width: 1280 }],
    ['in the dark', { width: 1280, dark: true }],
    ['on a phone', { width: 375 }],
    ['on a phone in the dark', { width: 375, dark: true }],
  ])('%s is drawn without trouble, and axe finds nothing', async (_, options) => {
    const { page, troubles } = await visit(browser, address, options);
    for (const [hash, drawn] of views()) {
      await page.goto(address + hash);
      await page.waitForSelector(drawn);
      expect(await violations(page), hash).toEqual([]);
      expect(troubles, hash).toEqual([]);
      expect(await isWide(page), hash).toBe(false);
    }
    await page.context().close();
  });
});

describe.skipIf(!hasBrowser)('a trajectory', () => {
  test('shows hostile text as text', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/hostile.ts`;
    const { page, troubles } = await visit(browser, address + hash);
    const line = page.locator('.lines.code .line', { hasText: 'document.title' }).first();
    await line.waitFor();
    expect(await line.textContent()).toContain("<script>document.title = 'owned'</script>");
    expect(await line.textContent()).toContain('\ufffd\u2407');
    expect(await page.title()).not.toBe('owned');
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('tells trained from masked, and reads, thoughts and writes apart', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/report.ts`;
    const { page } = await visit(browser, address + hash);
    const borderOf = async (selector: string) => {
      await page.waitForSelector(selector);
      const style = `getComputedStyle(document.querySelector('${selector}'))`;
      return page.evaluate(`${style}.borderLeftStyle + ' ' + ${style}.borderLeftColor`);
    };
    const [seen, thought, written] = [
      await borderOf('.lines.masked[data-tone=read]'),
      await borderOf('.lines.trained[data-tone=think]'),
      await borderOf('.lines.trained[data-tone=write]'),
    ];
    expect(seen).toMatch(/^dotted/);
    expect(thought).toMatch(/^solid/);
    expect(new Set([seen, thought, written]).size).toBe(3);
    await page.context().close();
  });

  test('shows a long line in part, and more of it when asked', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=notes/long.md`;
    const { page } = await visit(browser, address + hash);
    const more = page.locator('button.more', { hasText: 'more characters' });
    await more.waitFor();
    expect(await more.textContent()).toBe('58,000 more characters');
    await more.click();
    await page.locator('button.more', { hasText: '38,000 more characters' }).waitFor();
    expect(await isWide(page)).toBe(false);
    await page.context().close();
  });

  test('shows a huge line in part, everywhere with words for what is left', async () => {
    const hash = `#/trajectory/0/${await idOf('huge')}?file=data/huge.json`;
    const { page, troubles } = await visit(browser, address + hash);
    const line = page.locator('.lines[data-tone=write] .line', { hasText: 'word' }).first();
    await line.waitFor();
    expect(await line.textContent()).toMatch(/^1"\ufffdword /);
    const more = line.locator('button.more');
    expect(await more.textContent()).toBe('4,998,003 more characters');
    await more.click();
    await line.locator('button.more', { hasText: '4,978,003 more characters' }).waitFor();
    const characters = 'document.body.textContent.length';
    expect(await page.evaluate(characters)).toBeLessThan(100_000);
    for (const key of ['b', 'b', 'j', 'o']) await page.keyboard.press(key);
    await page.waitForURL(/step=\d+/);
    expect(await isWide(page)).toBe(false);
    await page.goto(`${address}#/compare/0?name=huge&path=data/huge.json`);
    await page.locator('.side.two .note', { hasText: 'the rest of 1 long line' }).waitFor();
    expect(await page.evaluate(characters)).toBeLessThan(100_000);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('draws none of the lines in view again when it scrolls', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/report.ts`;
    const { page } = await visit(browser, address + hash);
    await page.waitForSelector('.lines.code .h-keyword');
    // Texts and colours that still come draw what they are of.
    const scrolled = () => page.evaluate(drawnLines('scroller.scrollTop -= 1'));
    await expect.poll(scrolled, { timeout: 20_000 }).toEqual({ drawn: 0, moved: true });
    // What counts does see a drawing: another mode draws them all.
    const again = drawnLines("dispatchEvent(new KeyboardEvent('keydown', { key: 'b' }))");
    expect(await page.evaluate<{ drawn: number }>(again)).not.toMatchObject({ drawn: 0 });
    await page.context().close();
  });

  test('leads from a file to what it needs, and shows what the search changed', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/report.ts`;
    const { page } = await visit(browser, address + hash);
    await page.locator('.dependencies a', { hasText: 'src/shapes.ts' }).first().click();
    await page.waitForURL(/file=src%2Fshapes.ts/);
    await page.locator('.head.current', { hasText: 'src/shapes.ts' }).waitFor();
    const path = await rewrittenPath();
    await page.goto(`${address}#/trajectory/0/${sampleId}?file=${encodeURIComponent(path)}`);
    const rewritten = page.locator('.rewrite button', { hasText: /^rewritten/ }).first();
    await rewritten.click();
    await page.locator('.change :is(ins, del)').first().waitFor();
    expect(await page.locator('.change td', { hasText: 'accepted' }).count()).toBeGreaterThan(0);
    await page.context().close();
  });

  test('is at the step that its address names, also once all rows have their heights', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/hostile.ts`;
    const { page } = await visit(browser, address + hash);
    await page.waitForSelector('.lines.code .h-keyword');
    const distance = () =>
      page.evaluate(`document.querySelector('.head.current').getBoundingClientRect().top -
        document.querySelector('.steps .scroller').getBoundingClientRect().top`);
    await expect.poll(distance).toBeLessThan(30);
    expect(await distance()).toBeGreaterThanOrEqual(0);
    await page.context().close();
  });

  test('shows where the code surprises, and what the thought saved', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/report.ts`;
    const { page, troubles } = await visit(browser, address + hash);
    await page.waitForSelector('.lines.code .h-keyword');
    await page.keyboard.press('h');
    await page.locator('.lines[data-tone=write] .heat .bits').first().waitFor();
    expect(await page.locator('.legend').textContent()).toContain('bits of each line');
    expect(await violations(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('shows where tokens end', async () => {
    const hash = `#/trajectory/0/${sampleId}?file=src/shapes.ts`;
    const { page } = await visit(browser, address + hash);
    await page.waitForSelector('.lines.code .h-keyword');
    await page.keyboard.press('b');
    await page.waitForSelector('.lines.code .h-odd');
    await page.context().close();
  });
});

describe.skipIf(!hasBrowser)('a copy that any server of files shows', () => {
  test('has every view but the live one, and asks no server for more', async () => {
    const copy = join(folder, 'copy');
    const { shown } = showOutputs({ ...options, lives: [] });
    await writeCopy({
      ...{ answers: createAnswers(shown), page: options.page, folder: copy, hide: (text) => text },
      onSample: () => {},
    });
    const files = await serveFiles(copy, '/shared/');
    const visited = await visit(browser, `${files.address}index.html`);
    const { page: tab, troubles } = visited;
    const wanted = views().filter(([hash]) => !/live|in=thoughts|data.9/.test(hash));
    for (const [hash, drawn] of wanted) {
      await tab.goto(`${files.address}index.html${hash}`);
      await tab.waitForSelector(drawn);
    }
    await tab.goto(`${files.address}index.html#/samples/0?q=nothing`);
    await tab.getByText('No sample is like that.').waitFor();
    await tab.goto(`${files.address}index.html#/trajectory/0/${sampleId}?file=src/shapes.ts`);
    await tab.waitForSelector('.lines.code .h-keyword');
    await tab.keyboard.press('b');
    await tab.waitForSelector('.lines.code .h-odd');
    const path = encodeURIComponent(await rewrittenPath());
    await tab.goto(`${files.address}index.html#/trajectory/0/${sampleId}?file=${path}`);
    await tab
      .locator('.rewrite button', { hasText: /^rewritten/ })
      .first()
      .click();
    await tab.locator('.change :is(ins, del)').first().waitFor();
    await tab.goto(`${files.address}index.html#/trajectory/0/${sampleId}?file=notes/long.md`);
    await tab.locator('button.more', { hasText: '58,000 more characters' }).click();
    await tab.locator('button.more', { hasText: '38,000 more characters' }).waitFor();
    expect(await tab.locator('nav a', { hasText: 'Live' }).count()).toBe(0);
    expect(troubles).toEqual([]);
    await tab.context().close();
    await files.close();
  });
});

describe.skipIf(!hasBrowser)('the keyboard alone', () => {
  test('goes from the data set to a step, and back', async () => {
    const { page, troubles } = await visit(browser, address);
    await page.waitForSelector('.figures');
    await page.keyboard.press('2');
    await page.waitForSelector('.rows tr.current');
    await page.keyboard.press('/');
    await page.keyboard.type('rooms?');
    await page.waitForURL(/q=rooms/);
    await page.getByText('No sample is like that.').waitFor();
    await page.keyboard.press('Backspace');
    await page.waitForSelector('.rows tr.current a');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.lines .line');
    await page.keyboard.press('n');
    await page.keyboard.press('n');
    await page.keyboard.press('j');
    await page.waitForURL(/step=\d+/);
    const place = page.url();
    await page.waitForSelector('.head.current');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    expect(page.url()).toBe(place);
    await page.goBack();
    await page.waitForSelector('.rows');
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('marks a step, which is then shown and listed', async () => {
    const own = `http://127.0.0.1:${changing.port}/`;
    const { page, troubles } = await visit(browser, `${own}?token=right`);
    await page.goto(`${own}#/trajectory/0/${sampleId}?file=src/report.ts`);
    await page.waitForSelector('.head.current');
    await page.keyboard.press('j');
    await page.keyboard.press('m');
    await page.waitForSelector('dialog.mark');
    expect(await violations(page)).toEqual([]);
    await page.locator('dialog input:focus').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await page.keyboard.type(hostileText);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog', { state: 'detached' });
    const mark = page.locator('.head.current .marked');
    await mark.waitFor();
    expect(await mark.textContent()).toContain("leak </pre><script>document.title = 'owned'");
    await page.keyboard.press('6');
    await page.locator('.marks li a').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('.marks li a').press('Enter');
    await page.locator('.head.current .marked').waitFor();
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('a key acts on what the key before it did, with no frame between them', async () => {
    const { page, troubles } = await visit(
      browser,
      `http://127.0.0.1:${changing.port}/?token=right`,
    );
    await page.goto(`${page.url()}#/trajectory/0/${sampleId}?step=2`);
    await page.locator('.head.current button', { hasText: 'mark' }).waitFor();
    await page.evaluate(`(async () => {
      for (const key of ['j', 'j', 'm', 'j']) {
        dispatchEvent(new KeyboardEvent('keydown', { key }));
        await Promise.resolve();
      }
    })()`);
    await page.getByText('Mark step #4').waitFor();
    expect(page.url()).toMatch(/step=4$/);
    expect(troubles).toEqual([]);
    await page.context().close();
  });

  test('a drop is two steps from the data set', async () => {
    const { page } = await visit(browser, address);
    await page.getByRole('link', { name: 'discover: SOURCE_EMPTY' }).press('Enter');
    await page.waitForSelector('.drops li');
    expect(await page.locator('.drops li').textContent()).toContain('empty');
    await page.context().close();
  });
});
