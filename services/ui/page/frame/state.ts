/**
 * What all views share: where the reader is, the outputs as they stand now, and the command that
 * shows in a terminal what is on the screen.
 */
import { computed, signal } from '@preact/signals';
import { type OutputState, outputsElement } from '../../api.ts';
import { isCopy, readOutputs } from './copy.ts';
import { formatRoute, parseRoute, type Route } from './route.ts';

export const route = signal<Route>(parseRoute(location.hash));
/** The page came with them as they were; news of them follows. */
export const outputs = signal<readonly OutputState[]>(outputsHere());
/** Null until the server was heard, then whether it still is. */
export const connected = signal<boolean | null>(outputs.value.length > 0 ? true : null);
export const helpOpen = signal(false);
/** Set by the view on the screen. */
export const command = signal('');
/** Said to readers with a screen reader, and shown for a moment. */
export const notice = signal('');

export const output = computed(() => outputs.value[route.value.out]);
/** Changes whenever the catalogue of the output did. */
export function editionOf(out: number): string {
  const now = outputs.value[out];
  return now === undefined ? '' : `${now.head} ${now.shardsRead}`;
}
export const edition = computed(() => editionOf(route.value.out));

/** A copy has them in a file. */
function outputsHere(): readonly OutputState[] {
  const here = document.getElementById(outputsElement)?.textContent ?? '[]';
  return JSON.parse(here) as readonly OutputState[];
}

/** Goes to a place; `replace` for what a step back should not undo, as each letter of a filter. */
export function go(place: Route, replace = false): void {
  const hash = formatRoute(place);
  if (replace) history.replaceState(null, '', hash);
  else if (location.hash !== hash) history.pushState(null, '', hash);
  route.value = parseRoute(hash);
}

export function startListening(): void {
  const read = () => {
    route.value = parseRoute(location.hash);
  };
  addEventListener('popstate', read);
  addEventListener('hashchange', read);
  if (isCopy) {
    void openCopy();
    return;
  }
  const news = new EventSource('/api/news');
  news.addEventListener('outputs', (event) => {
    outputs.value = JSON.parse(event.data) as OutputState[];
    connected.value = true;
  });
  news.addEventListener('error', () => {
    connected.value = false;
  });
}

async function openCopy(): Promise<void> {
  try {
    outputs.value = await readOutputs();
    connected.value = true;
  } catch {
    connected.value = false;
  }
}

const noticeMs = 2_500;
let noticeTimer: ReturnType<typeof setTimeout> | undefined;

export function tell(text: string): void {
  notice.value = text;
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => {
    notice.value = '';
  }, noticeMs);
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    tell(`${what} copied`);
  } catch {
    tell(`could not copy: ${text}`);
  }
}
