/** The page on a data set that grows: what changed is asked for, and nothing else. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SamplePage } from '../../services/ui/api.ts';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { startUiServer, type UiServer } from '../../services/ui/server/server.ts';
import {
  closedRecord,
  createHarness,
  deliver,
  type Harness,
  placeRecords,
  type SinkRecord,
} from '../samples/sink-harness.ts';
import { type Served, serveFolders } from '../services/ui/server/serve-output.ts';
import { hasBrowser, launchBrowser, visit } from './browser.ts';

const samples = 14;
let harness: Harness;
let records: readonly SinkRecord[];

beforeAll(async () => {
  if (!hasBrowser) return;
  harness = await createHarness();
  records = await Promise.all(
    Array.from({ length: samples }, (_, place) => {
      const text = `text ${place}\n`.repeat(30 + ((place * 11) % 90));
      return harness.trajectory({ name: `r${place}`, files: [{ path: 'a', text }] }, place);
    }),
  );
});

afterAll(() => harness?.remove());

interface Growing {
  readonly served: Served;
  readonly server: UiServer;
  readonly address: string;
  grow(): Promise<void>;
  close(): Promise<void>;
}

/** An output with some of the samples; `grow` adds all others and closes it. */
async function startGrowing(name: string): Promise<Growing> {
  const out = join(harness.folder, name);
  mkdirSync(out);
  await deliver(await harness.open(out), placeRecords(records.slice(0, 8)));
  const served = await serveFolders([out]);
  await served.outputs[0]?.settled();
  const server = await startUiServer({ ...served.options, page: await bundlePage() });
  return {
    ...{ served, server, address: `http://127.0.0.1:${server.port}/` },
    grow: async () => {
      const all = placeRecords([...records, closedRecord(samples)]);
      await deliver(await harness.open(out), all);
    },
    close: async () => {
      await server.close();
      await served.close();
    },
  };
}

async function idOf({ served }: Growing, isWhole: boolean): Promise<string> {
  const { rows } = (await served.json('/api/samples')) as SamplePage;
  const found = rows.find(({ complete }) => complete === isWhole);
  if (found === undefined) throw new Error('some samples are whole, and one is not yet');
  return found.id;
}

function countAsked(page: Page, question: string) {
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === `/api/${question}`) asked.push(request.url());
  });
  return asked;
}

describe.skipIf(!hasBrowser)('while the data set grows', () => {
  test('a trajectory that is there is asked for once', async () => {
    const browser = await launchBrowser();
    const growing = await startGrowing('there');
    try {
      const id = await idOf(growing, true);
      const { page, troubles } = await visit(browser, 'about:blank');
      const [asked, journeys] = [countAsked(page, 'trajectory'), countAsked(page, 'journey')];
      await page.goto(`${growing.address}#/trajectory/0/${id}`);
      await page.waitForSelector('.lines .line');
      const chip = page.locator('.chip', { hasText: 'growing' });
      await chip.waitFor();
      await expect.poll(() => journeys.length).toBe(1);
      await growing.grow();
      await chip.waitFor({ state: 'detached' });
      // The log, which this output has not, is asked for again at each news.
      await expect.poll(() => journeys.length).toBeGreaterThan(1);
      expect(asked).toHaveLength(1);
      expect(troubles.filter((each) => !each.startsWith(growing.address))).toEqual([]);
    } finally {
      await browser.close();
      await growing.close();
    }
  });

  test('a trajectory that is not whole yet is shown once it is', async () => {
    const browser = await launchBrowser();
    const growing = await startGrowing('partly');
    try {
      const id = await idOf(growing, false);
      const { page } = await visit(browser, `${growing.address}#/trajectory/0/${id}`);
      await page.locator('.trouble', { hasText: 'OUTPUT_MISSING' }).waitFor();
      await growing.grow();
      await page.waitForSelector('.lines .line');
    } finally {
      await browser.close();
      await growing.close();
    }
  });

  test('the rows of the table stay until newer ones are there', async () => {
    const browser = await launchBrowser();
    const growing = await startGrowing('rows');
    try {
      const { page } = await visit(browser, `${growing.address}#/samples/0`);
      const counted = page.locator('main [role=status]');
      await page.waitForSelector('.rows tbody a');
      const before = await counted.textContent();
      await page.evaluate(`new MutationObserver(() => {
        window.emptied ||= document.querySelector('.rows tbody a') === null;
      }).observe(document.querySelector('main'), { childList: true, subtree: true })`);
      await growing.grow();
      await expect.poll(() => counted.textContent()).toBe(`${samples} samples`);
      expect(before).not.toBe(`${samples} samples`);
      expect(await page.evaluate('window.emptied')).toBe(false);
    } finally {
      await browser.close();
      await growing.close();
    }
  });

  test('quality is measured once it is closed, and before when asked for', async () => {
    const browser = await launchBrowser();
    const growing = await startGrowing('quality');
    try {
      const { page } = await visit(browser, 'about:blank');
      const asked = countAsked(page, 'quality');
      const starts = () => asked.filter((url) => url.includes('start=1')).length;
      await page.goto(`${growing.address}#/data/0`);
      const measure = page.getByRole('button', { name: 'Measure' });
      await measure.waitFor();
      expect(starts()).toBe(0);
      await measure.click();
      await page.getByRole('button', { name: 'Measure again' }).waitFor();
      await page.waitForSelector('.quality td');
      expect(starts()).toBe(1);
      await growing.grow();
      await expect.poll(starts).toBeGreaterThan(1);
    } finally {
      await browser.close();
      await growing.close();
    }
  });
});
