/**
 * The page as it is sent: with the outputs as they stand in it, so that its first view asks for what
 * it shows at once. They are data for the page's own script, which the policy lets nothing run. Pure.
 */
import { type OutputState, outputsElement } from '../api.ts';

/** Put before the end of the body. */
export function indexPage(
  page: Uint8Array,
  outputs: readonly OutputState[],
  hide: (text: string) => string,
): string {
  // A text that ended the element early would become markup.
  const json = hide(JSON.stringify(outputs)).replaceAll('<', '\\u003c');
  const element = `<script type="application/json" id="${outputsElement}">${json}</script>\n</body>`;
  return Buffer.from(page)
    .toString('utf8')
    .replace('</body>', () => element);
}
