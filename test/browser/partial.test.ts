/** Where the page shows less than there is, or less than was asked for, it says so. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOutput } from '../../services/dataset/open-output.ts';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { startUiServer, type UiServer } from '../../services/ui/server/server.ts';
import { makeOutput } from '../samples/export-output.ts';
import { createHarness, type Harness } from '../samples/sink-harness.ts';
import { type Served, serveFolders } from '../services/ui/server/serve-output.ts';
import { hasBrowser, launchBrowser, violations, visit } from './browser.ts';

let harness: Harness;
let served: Served;
let server: UiServer;
let browser: Browser;
let shards: number;

beforeAll(async () => {
  if (!hasBrowser) return;
  harness = await createHarness();
  const { out: whole } = await makeOutput(harness, 'whole', { repositories: 2 });
  const { out: broken } = await makeOutput(harness, 'broken', { repositories: 2 });
  const output = await openOutput(broken);
  shards = output.shards.length;
  writeFileSync(join(broken, output.shards[0]?.path ?? ''), 'not a shard');
  served = await serveFolders([whole, broken]);
  await Promise.all(served.outputs.map((each) => each.settled()));
  server = await startUiServer({ ...served.options, page: await bundlePage() });
  browser = await launchBrowser();
});

afterAll(async () => {
  if (!hasBrowser) return;
  await browser.close();
  await server.close();
  await served.close();
  harness.remove();
});

const open = (hash: string) => visit(browser, `http://127.0.0.1:${server.port}/${hash}`);

const seen = (page: Page, text: string) => page.getByText(text, { exact: true }).count();

describe.skipIf(!hasBrowser)('the page', () => {
  test('says how much of a broken output it shows, and claims nothing of the rest', async () => {
    const { page } = await open('#/data/1');
    await page.waitForSelector('.figures');
    await page.getByText('SHARD_CORRUPT').waitFor();
    const words = `shows 0 of ${shards} shard${shards === 1 ? '' : 's'}`;
    expect(await seen(page, words)).toBe(1);
    expect(await seen(page, 'No file was searched.')).toBe(0);
    expect(await seen(page, 'Nothing is missing.')).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('2');
    await page.waitForSelector('.rows');
    expect(await seen(page, words)).toBe(1);
    await page.context().close();
  });

  test('counts nothing that was left out where no log tells of it', async () => {
    const { page } = await open('#/drops/0');
    await page.getByText('What was left out is not known here').waitFor();
    expect(await page.getByText(/\d repositor/).count()).toBe(0);
    await page.context().close();
  });

  test('offers no filter that a search in documents would leave out of account', async () => {
    const { page, troubles } = await open('#/samples/0?in=paths&q=a&min=5&lacking=1&licence=MIT');
    await page.waitForSelector('.hits a');
    const own = page.locator('search input:not([type=search]), search .chip');
    expect(await own.count()).toBe(0);
    await page.locator('search select').selectOption('');
    await page.waitForSelector('.rows');
    expect(await own.count()).toBe(5);
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});
