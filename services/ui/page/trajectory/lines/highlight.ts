/**
 * Syntax colours, made in a worker: the patterns of languages are no match for hostile text, so a
 * text that takes too long stays without colours, and the page never waits.
 */

/** Runs of one line: a class, or none, and the text. */
export type ColouredLine = readonly (readonly [kind: string, text: string])[];

export interface ColourQuestion {
  readonly language: string;
  readonly text: string;
}

const charactersMax = 200_000;
const patienceMs = 2_500;

let worker: Worker | null = null;
let last: Promise<unknown> = Promise.resolve();

/** Null for a text that is too long, or took too long. One text is coloured at a time. */
export function colour(language: string, text: string): Promise<readonly ColouredLine[] | null> {
  if (text.length > charactersMax) return Promise.resolve(null);
  const answer = last.then(() => askWorker({ language, text }));
  last = answer;
  return answer;
}

function askWorker(question: ColourQuestion): Promise<readonly ColouredLine[] | null> {
  // Beside the page, wherever that lies.
  const place = new URL('highlight-worker.js', document.baseURI);
  worker ??= new Worker(place, { type: 'module' });
  const current = worker;
  return new Promise((resolve) => {
    const end = (lines: readonly ColouredLine[] | null) => {
      clearTimeout(timer);
      if (lines === null) {
        current.terminate();
        worker = null;
      }
      resolve(lines);
    };
    const timer = setTimeout(() => end(null), patienceMs);
    current.onmessage = ({ data }: MessageEvent<readonly ColouredLine[]>) => end(data);
    current.onerror = () => end(null);
    current.postMessage(question);
  });
}
