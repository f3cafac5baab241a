/**
 * When a view of the page first shows what it is for: milliseconds from the start of the navigation
 * to the drawing that holds it, in a browser that has nothing of the page yet.
 */
import type { Browser } from 'playwright-core';

/** Resolves in the frame after the one in which the element was there. */
const watchFor = (drawn: string) => `
  window.firstUsefulPaint = new Promise((resolve) => {
    const look = () => {
      if (document.querySelector(${JSON.stringify(drawn)}) === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => resolve(performance.now()));
    };
    requestAnimationFrame(look);
  });`;

/** `drawn` selects what a reader came for. */
export async function firstUsefulPaint(
  browser: Browser,
  address: string,
  drawn: string,
): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(watchFor(drawn));
    await page.goto(address, { waitUntil: 'commit' });
    return (await page.evaluate('window.firstUsefulPaint')) as number;
  } finally {
    await context.close();
  }
}
