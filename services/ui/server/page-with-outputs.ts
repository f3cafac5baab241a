/**
 * The page as it is sent: with the outputs as they stand in it, so that its first view asks at once
 * for what it shows. They are data for the page's own script, and nothing of them runs. Pure.
 */
import { type OutputState, outputsElement } from '../api.ts';

/** Put before the end of the body. */
export function pageWithOutputs(
  page: Uint8Array,
  outputs: readonly OutputState[],
  hide: (text: string) => string,
): string {
  // A text that ended the element early would become markup.
  const json = hide(JSON.stringify(outputs)).replaceAll('<', '\\u003c');
  const element = `<script type="application/json" id="${outputsElement}">${json}</script>\n`;
  const html = Buffer.from(page).toString('utf8');
  return html.replace('</body>', () => `${element}</body>`);
}
