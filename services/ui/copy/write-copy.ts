/**
 * Writes a copy of outputs that any server of files can show: the page, and every answer that its
 * views ask for, in pieces of bounded size. `index.html` comes last, so half a copy shows nothing;
 * one that fails is removed, so that the same command can begin again.
 */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PipelineError } from '../../runtime/errors.ts';
import { makeFolder } from '../../runtime/store/make-folder.ts';
import type {
  DropPage,
  LogView,
  OutputState,
  QualityView,
  Rewrite,
  SamplePage,
  SegmentText,
  SegmentTokens,
  TrajectoryView,
} from '../api.ts';
import type { MarkPage } from '../marks/view.ts';
import type { Answer } from '../server/answers.ts';
import { contentPolicy } from '../server/guard.ts';
import type { PageFile } from '../server/server.ts';
import {
  type CopiedPieces,
  copiedOutputs,
  copiedPlace,
  copiedSample,
  lineCharacters,
} from './places.ts';

export interface CopyRequest {
  /** What the server would answer. */
  readonly answers: ReadonlyMap<string, Answer>;
  readonly page: ReadonlyMap<string, PageFile>;
  /** Must be empty, or not there. */
  readonly folder: string;
  /** Removes known secrets. */
  readonly hide: (text: string) => string;
  readonly onSample: (done: number, all: number) => void;
}

export interface CopyReport {
  readonly samples: number;
  readonly files: number;
  readonly bytes: number;
}

interface Copy extends CopyRequest {
  ask<Value>(question: string, parameters: Readonly<Record<string, string>>): Promise<Value>;
  write(path: string, text: string | Uint8Array): Promise<void>;
  writeJson(path: string, value: unknown): Promise<void>;
}

const pageSize = 500;

export async function writeCopy(request: CopyRequest): Promise<CopyReport> {
  const { folder } = request;
  await requireEmpty(folder);
  try {
    return await writeAll(request);
  } catch (error) {
    // It was empty. The folder itself may be the caller's.
    for (const name of await readdir(folder).catch(() => [])) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
    throw error;
  }
}

async function writeAll(request: CopyRequest): Promise<CopyReport> {
  const report = { samples: 0, files: 0, bytes: 0 };
  const copy = openCopy(request, report);
  const outputs = await copy.ask<readonly OutputState[]>('outputs', {});
  for (const [out] of outputs.entries()) {
    report.samples += await writeOutput(copy, out);
  }
  await copy.writeJson(copiedOutputs, outputs.map(shared));
  for (const [path, { bytes }] of request.page) {
    if (path !== '/') await copy.write(path.slice(1), bytes);
  }
  await copy.write('index.html', indexPage);
  return report;
}

/** Folders of the machine that made the copy are nobody's matter. */
function shared(state: OutputState): OutputState {
  return { ...state, label: basename(state.label) || 'output', kept: 'in this copy' };
}

async function requireEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new PipelineError('USAGE', `--bundle ${folder} is no folder: ${error.message}`, {
      subject: '--bundle',
      cause: error,
    });
  });
  if (names.length === 0) return;
  throw new PipelineError(
    'USAGE',
    `--bundle ${folder} holds files already: name an empty folder, or one that is not there`,
    { subject: '--bundle' },
  );
}

function openCopy(request: CopyRequest, report: { files: number; bytes: number }): Copy {
  const { answers, folder, hide } = request;
  const write: Copy['write'] = async (path, text) => {
    const file = join(folder, path);
    makeFolder(dirname(file), 'name another folder with --bundle');
    await writeFile(file, text);
    report.files += 1;
    report.bytes += typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;
  };
  return {
    ...request,
    write,
    ask: async <Value>(question: string, parameters: Readonly<Record<string, string>>) =>
      (await answers.get(question)?.(parameters)) as Value,
    writeJson: (path, value) => write(path, hide(JSON.stringify(value))),
  };
}

/** Returns the number of samples. */
async function writeOutput(copy: Copy, out: number): Promise<number> {
  const place = { out: String(out) };
  for (const name of ['totals', 'funnel']) {
    await copy.writeJson(copiedPlace(out, name), await copy.ask(name, place));
  }
  await copy.writeJson(copiedPlace(out, 'quality'), await measure(copy, place));
  await writePages<DropPage>(copy, out, 'drops');
  await writePages<MarkPage>(copy, out, 'marks');
  const ids = await writeRows(copy, out);
  for (const [row, id] of ids.entries()) {
    copy.onSample(row, ids.length);
    if (id !== null) await writeSample(copy, out, row, id);
  }
  return ids.length;
}

async function measure(copy: Copy, place: Readonly<Record<string, string>>): Promise<QualityView> {
  await copy.ask('quality', { ...place, start: '1' });
  for (;;) {
    const view = await copy.ask<QualityView>('quality', place);
    if (view.state !== 'measuring') return view;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

const pollMs = 100;

/** All rows of a list, page by page; the files are numbered from 0 without gaps. */
async function writePages<Page extends { readonly matched: number }>(
  copy: Copy,
  out: number,
  name: string,
  visit: (page: Page) => void = () => {},
): Promise<void> {
  for (let from = 0; ; from += pageSize) {
    const range = { out: String(out), from: String(from), count: String(pageSize) };
    const page = await copy.ask<Page>(name, range);
    await copy.writeJson(copiedPlace(out, `${name}-${from / pageSize}`), page);
    visit(page);
    if (from + pageSize >= page.matched) return;
  }
}

/** The id of each sample; null for one that is not whole yet. */
async function writeRows(copy: Copy, out: number): Promise<(string | null)[]> {
  const ids: (string | null)[] = [];
  await writePages<SamplePage>(copy, out, 'samples', ({ rows }) => {
    ids.push(...rows.map(({ id, complete }) => (complete ? id : null)));
  });
  return ids;
}

async function writeSample(copy: Copy, out: number, row: number, id: string): Promise<void> {
  const place = { out: String(out), id };
  const at = (name: string) => copiedSample(out, row, name);
  const view = await copy.ask<TrajectoryView>('trajectory', place);
  const journey = await copy.ask<LogView>('journey', place);
  // Texts are in files of their own.
  await copy.writeJson(at('view'), { ...view, texts: [] } satisfies TrajectoryView);
  await copy.writeJson(at('journey'), journey);
  const texts = await writeTexts(copy, view, place, at);
  const rewrites = await writeRewrites(copy, journey, place, at);
  await copy.writeJson(at('pieces'), { texts, rewrites } satisfies CopiedPieces);
}

type At = (name: string) => string;
type Place = Readonly<Record<string, string>>;

async function writeTexts(
  copy: Copy,
  { segments }: TrajectoryView,
  place: Place,
  at: At,
): Promise<number[]> {
  const starts: number[] = [];
  for (let from = 0; from < segments.length; ) {
    const texts = await copy.ask<readonly SegmentText[]>('texts', {
      ...{ ...place, from: String(from), count: String(segmentsMax) },
    });
    await copy.writeJson(at(`texts-${starts.length}`), texts);
    const tokens: SegmentTokens[] = [];
    for (const { segment, cut } of texts) {
      const found = await copy.ask<SegmentTokens>('tokens', { ...place, segment: String(segment) });
      // The page shows where tokens end, and no ids.
      tokens.push({ ends: found.ends, ids: [] });
      for (const [line, characters] of cut) {
        const step = { ...place, segment: String(segment), line: String(line) };
        await writeLine(copy, step, characters, (piece) => at(`line-${segment}-${line}-${piece}`));
      }
    }
    await copy.writeJson(at(`tokens-${starts.length}`), tokens);
    starts.push(from);
    from += Math.max(1, texts.length);
  }
  return starts;
}

/** Segments of one piece at most; the server bounds the characters, too. */
const segmentsMax = 200;

async function writeLine(
  copy: Copy,
  step: Place,
  characters: number,
  at: (piece: number) => string,
): Promise<void> {
  for (let piece = 0; piece * lineCharacters < characters; piece += 1) {
    const from = piece * lineCharacters;
    const range = { from: String(from), to: String(from + lineCharacters) };
    await copy.writeJson(at(piece), await copy.ask('line', { ...step, ...range }));
  }
}

async function writeRewrites(
  copy: Copy,
  { searches }: LogView,
  place: Place,
  at: At,
): Promise<string[][]> {
  const pieces: string[][] = [];
  let held: [path: string, rewrite: Rewrite][] = [];
  let size = 0;
  const flush = async () => {
    if (held.length === 0) return;
    await copy.writeJson(at(`rewrites-${pieces.length}`), held);
    pieces.push(held.map(([path]) => path));
    [held, size] = [[], 0];
  };
  for (const { path } of searches) {
    const rewrite = await copy.ask<Rewrite>('rewrite', { ...place, path });
    held.push([path, rewrite]);
    size += [...rewrite.before, ...rewrite.after].join('').length;
    if (size > rewriteCharactersMax) await flush();
  }
  await flush();
  return pieces;
}

const rewriteCharactersMax = 500_000;

const indexPage = `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="backstory-copy" content="1">
<title>backstory</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
</head>
<body>
<div id="page"><p class="note">This page needs a server of files, since browsers let no page of a disk read others.
In its folder: python3 -m http.server, and open the address that it says.</p></div>
</body>
</html>
`;
