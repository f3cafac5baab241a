/** A table of more rows than an element of a page can be high shows all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openOutput } from '../../services/dataset/open-output.ts';
import { bundlePage } from '../../services/ui/server/bundle.ts';
import { startUiServer } from '../../services/ui/server/server.ts';
import { makeOutput } from '../samples/export-output.ts';
import { createHarness } from '../samples/sink-harness.ts';
import { writeSyntheticOutput } from '../samples/synthetic-samples.ts';
import { serveFolders } from '../services/ui/server/serve-output.ts';
import { hasBrowser, launchBrowser, visit } from './browser.ts';

/** 17.6 million pixels of rows: Firefox and Chromium would cut off some. */
const samples = 400_000;

const lastShown = `(() => {
  const end = document.querySelector('.scroller').getBoundingClientRect().bottom;
  const rows = [...document.querySelectorAll('.rows tbody tr')];
  const shown = rows.filter((row) => row.getBoundingClientRect().bottom <= end + 1);
  return Math.max(...shown.map((row) => Number(row.getAttribute('aria-rowindex'))));
})()`;
const scrollTo = (share: number) => `(() => {
  const list = document.querySelector('.scroller');
  list.scrollTop = list.scrollHeight * ${share};
})()`;

describe.skipIf(!hasBrowser)('very many rows', () => {
  test('are reached by the bar and by keys', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-many-'));
    const harness = await createHarness();
    const like = await openOutput((await makeOutput(harness, 'out', { repositories: 2 })).out);
    harness.remove();
    const [out, cache] = [join(folder, 'out'), join(folder, 'cache')];
    await writeSyntheticOutput(out, cache, like.head, samples);
    const served = await serveFolders([out], { cache });
    await served.outputs[0]?.settled();
    const server = await startUiServer({ ...served.options, page: await bundlePage() });
    const browser = await launchBrowser();
    try {
      const { page, troubles } = await visit(
        browser,
        `http://127.0.0.1:${server.port}/#/samples/0`,
      );
      await page.waitForSelector('.rows tbody a');
      await page.evaluate(scrollTo(1));
      // The head of the table is the first row.
      await expect.poll(() => page.evaluate(lastShown)).toBe(samples + 1);
      await page.evaluate(scrollTo(0.5));
      const middle = () => page.evaluate<number>(lastShown).then((row) => row / samples);
      await expect.poll(middle).toBeCloseTo(0.5, 2);
      for (let press = 0; press < 40; press += 1) await page.keyboard.press('j');
      await page.locator('tr.current[aria-rowindex="42"]').waitFor();
      expect(troubles).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
