/**
 * Makes the files of the page from its sources when the server starts: nothing built is committed,
 * and nothing is written. It takes a fraction of a second.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { PageFile } from './server.ts';

const folder = new URL('../page/', import.meta.url);

/** One file per room of the page, in the order of the cascade: what all share comes first. */
export const styles = [
  'frame/colours.css',
  'frame/frame.css',
  'data/data.css',
  'samples/samples.css',
  'trajectory/trajectory.css',
  'trajectory/files.css',
  'trajectory/lines/lines.css',
  'live/live.css',
  'marks/marks.css',
  'compare/compare.css',
] as const;

const document = `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>backstory</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page is drawn by its own script. In a terminal: backstory inspect OUT</noscript>
</body>
</html>
`;

/** Three steps of a trajectory: read, think, write. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<path fill="#9aa7bd" d="M1 11h4v4H1z"/><path fill="#b7791f" d="M6 6h4v9H6z"/>
<path fill="#0f766e" d="M11 1h4v14h-4z"/></svg>
`;

export async function bundlePage(): Promise<ReadonlyMap<string, PageFile>> {
  const script = 'text/javascript';
  const [page, worker, style] = await Promise.all([
    bundle('page.tsx'),
    bundle('trajectory/lines/highlight-worker.ts'),
    readStyles(),
  ]);
  return new Map<string, PageFile>([
    ['/', { type: 'text/html', bytes: Buffer.from(document) }],
    ['/icon.svg', { type: 'image/svg+xml', bytes: Buffer.from(icon) }],
    ['/page.css', { type: 'text/css', bytes: style }],
    ['/page.js', { type: script, bytes: page }],
    ['/highlight-worker.js', { type: script, bytes: worker }],
  ]);
}

async function readStyles(): Promise<Buffer> {
  const texts = styles.map((name) => readFile(new URL(name, folder), 'utf8'));
  return Buffer.from((await Promise.all(texts)).join('\n'));
}

async function bundle(entry: string): Promise<Buffer> {
  const build = await rolldown({
    input: fileURLToPath(new URL(entry, folder)),
    platform: 'browser',
    tsconfig: false,
    transform: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    logLevel: 'silent',
  });
  try {
    const { output } = await build.generate({ format: 'esm', minify: true, codeSplitting: false });
    return Buffer.from(output[0].code);
  } finally {
    await build.close();
  }
}
