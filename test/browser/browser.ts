/** Chromium for tests: the one of the system, as .ci/run installs it. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((path) => existsSync(path));

/** False where this machine has no Chromium; the tests are then skipped, loudly. */
export const hasBrowser = executablePath !== undefined;

export function launchBrowser(): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return chromium.launch({ executablePath: executablePath ?? '', args });
}

export interface Visit {
  readonly page: Page;
  /** What went wrong in the page, and what it asked of other hosts. */
  readonly troubles: readonly string[];
}

export interface VisitOptions {
  readonly width?: number;
  readonly dark?: boolean;
}

export async function visit(
  browser: Browser,
  address: string,
  { width = 1280, dark = false }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(address).origin)) troubles.push(request.url());
  });
  await page.goto(address);
  return { page, troubles };
}

/** What is wrong for a reader with a screen reader, a keyboard or weak sight. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return (found as axe.AxeResults).violations.map(({ id, nodes }) => {
    const places = nodes.slice(0, 3).map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`);
    return `${id}: ${places.join('\n')}`;
  });
}
