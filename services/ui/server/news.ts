/**
 * Tells open pages when an output has changed, by server-sent events. One look at the outputs
 * serves all pages, and without a page there is none.
 */
import type { ServerResponse } from 'node:http';
import { canonicalJson } from '../../runtime/ids.ts';
import type { ServedOutput } from '../reading/served-output.ts';

export interface News {
  /** Keeps the answer open and writes to it. Null when there are too many already. */
  listen(response: ServerResponse): null | (() => void);
  close(): void;
}

const lookEveryMs = 2_000;
/** Each page holds one; a browser opens six connections to a host. */
const listenersMax = 500;

export function createNews(outputs: readonly ServedOutput[]): News {
  const listeners = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | null = null;
  let last = '';

  const stateOfAll = () => canonicalJson(outputs.map((output) => output.state()));
  const look = async () => {
    await Promise.all(outputs.map((output) => output.refresh()));
    const now = stateOfAll();
    if (now === last) return;
    last = now;
    for (const listener of listeners) send(listener, now);
  };
  const stop = () => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };

  return {
    listen: (response) => {
      if (listeners.size >= listenersMax) return null;
      listeners.add(response);
      send(response, stateOfAll());
      timer ??= setInterval(() => void look(), lookEveryMs);
      return () => {
        listeners.delete(response);
        if (listeners.size === 0) stop();
      };
    },
    close: () => {
      stop();
      for (const listener of listeners) listener.end();
    },
  };
}

function send(response: ServerResponse, state: string): void {
  response.write(`event: outputs\ndata: ${state}\n\n`);
}
