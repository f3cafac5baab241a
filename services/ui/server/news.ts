/**
 * Tells open pages of a change, by server-sent events. One look serves all pages, its text is made
 * once, and without a page there is none.
 */
import type { ServerResponse } from 'node:http';

export interface News {
  /** Keeps the answer open and writes to it. Null when there are too many already. */
  listen(response: ServerResponse): null | (() => void);
  close(): void;
}

const lookEveryMs = 2_000;
/** Each page holds one or two; a browser opens six connections to a host. */
const listenersMax = 500;

/** `look` resolves to the text that is told when it is another than before. */
export function createNews(event: string, look: () => Promise<string>): News {
  const listeners = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | null = null;
  let last: string | null = null;
  let isLooking = false;

  const tell = (response: ServerResponse, text: string) =>
    response.write(`event: ${event}\ndata: ${text}\n\n`);
  const lookOnce = async () => {
    const now = await look();
    if (now === last) return;
    last = now;
    for (const listener of listeners) tell(listener, now);
  };
  /** A look that takes long is not joined by a second one. */
  const lookAgain = () => {
    if (isLooking) return;
    isLooking = true;
    lookOnce()
      .catch(() => {
        // What is wrong is part of what is told; a look that fails otherwise is repeated.
      })
      .finally(() => {
        isLooking = false;
      });
  };
  const stop = () => {
    if (timer !== null) clearInterval(timer);
    timer = null;
    last = null;
  };

  return {
    listen: (response) => {
      if (listeners.size >= listenersMax) return null;
      listeners.add(response);
      if (last === null) lookAgain();
      else tell(response, last);
      timer ??= setInterval(lookAgain, lookEveryMs);
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
