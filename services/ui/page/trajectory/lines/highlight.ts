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

type Colours = readonly ColouredLine[] | null;

let worker: Worker | null = null;
let isBusy = false;
const waiting: { question: ColourQuestion; resolve: (colours: Colours) => void }[] = [];

/**
 * Null for a text that is too long, or took too long. One text is coloured at a time, the last one
 * first: it is what the reader sees.
 */
export function colour(language: string, text: string): Promise<Colours> {
  if (text.length > charactersMax) return Promise.resolve(null);
  return new Promise((resolve) => {
    waiting.push({ question: { language, text }, resolve });
    colourNext();
  });
}

function colourNext(): void {
  if (isBusy) return;
  const next = waiting.pop();
  if (next === undefined) return;
  isBusy = true;
  askWorker(next.question).then((colours) => {
    isBusy = false;
    next.resolve(colours);
    colourNext();
  });
}

function askWorker(question: ColourQuestion): Promise<Colours> {
  // Beside the page, wherever that lies.
  const place = new URL('highlight-worker.js', document.baseURI);
  worker ??= new Worker(place, { type: 'module' });
  const current = worker;
  return new Promise((resolve) => {
    const end = (lines: Colours) => {
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
