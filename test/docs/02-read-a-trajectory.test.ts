/**
 * # 2. Read a trajectory
 *
 * A trajectory is one text made of segments. Each segment has a header line, a body, and one mask
 * for all of its tokens: it is trained, or it is context. `schemas/trajectory-text.md` is the
 * whole format on a page; here we look at one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseTrajectory, renderTrajectory } from '../../schemas/trajectory-text.ts';
import { greeter } from '../samples/inputs/greeter.ts';
import { writeFiles } from '../samples/write-files.ts';
import { runLine } from '../services/cli/terminal.ts';

interface Segment {
  readonly kind: Parameters<typeof renderTrajectory>[0][number]['kind'];
  readonly path: string | null;
  readonly lines: { readonly from: number; readonly to: number } | null;
  readonly body: string;
  readonly trained: boolean;
  readonly tokens: number;
}

interface Inspected {
  readonly name: string;
  readonly teacher: { readonly name: string; readonly languageModel: boolean };
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly segments: readonly Segment[];
}

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-docs-read-'));
const backstory = (...argv: string[]) => runLine(argv, { workingFolder });
let sample: Inspected;

/**
 * `inspect OUT` lists the samples of an output, `inspect OUT NAME` reads one back from its tokens.
 * On a terminal it draws the steps; with `--json` it gives them as data, which we use here.
 */
beforeAll(async () => {
  writeFiles(join(workingFolder, 'greeter'), greeter);
  process.chdir(workingFolder);
  await backstory('run', 'greeter', '--out', 'data', '--search', 'off', '--quiet');
  const { out } = await backstory('inspect', 'data', 'greeter', '--json');
  sample = JSON.parse(out) as Inspected;
});

afterAll(() => {
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
});

const of = (path: string) => sample.segments.filter((segment) => segment.path === path);

describe('The order of a trajectory', () => {
  /** First the main agent: what is asked, what the project must do, which files in which order. */
  test('begins with a task, requirements and a plan', () => {
    const kinds = sample.segments.map(({ kind }) => kind);
    expect(kinds.slice(0, 4)).toEqual(['backstory', 'task', 'requirements', 'plan']);
    expect(kinds.at(-1)).toBe('done');
  });

  /**
   * Then one sub-agent per file. It reads what it depends on, thinks, and writes. `names.py` is
   * written before `greet.py`, because `greet.py` imports it: nobody reads a file that is not
   * there yet.
   */
  test('goes on with read, think and write for each file', () => {
    const written = sample.segments.filter(({ kind }) => kind === 'write');
    expect(written.map(({ path }) => path)).toEqual(['names.py', 'greet.py', 'README.md']);
    const start = sample.segments.findIndex(
      ({ kind, path }) => kind === 'file' && path === 'greet.py',
    );
    const steps = sample.segments
      .slice(start, start + 5)
      .map(({ kind, path }) => `${kind} ${path}`);
    expect(steps).toEqual([
      'file greet.py',
      'read names.py',
      'observe names.py',
      'think null',
      'write greet.py',
    ]);
  });
});

describe('The bytes of a trajectory', () => {
  /** What is written and what is observed are bytes of the repository; no model touched them. */
  test('are those of the repository wherever code stands', () => {
    for (const [path, text] of Object.entries(greeter)) {
      expect(of(path).find(({ kind }) => kind === 'write')?.body).toBe(text);
    }
    expect(of('names.py').find(({ kind }) => kind === 'observe')?.body).toBe(greeter['names.py']);
  });

  /** What a model says of itself is in the sample too. `grounded` is rules, and says so. */
  test('name the teacher who wrote the thoughts', () => {
    expect(sample.teacher).toMatchObject({ name: 'grounded', languageModel: false });
  });

  /** No body can forge a header: the fence is longer than any run of `@` that begins a line. */
  test('can be parsed back, whatever a file holds', () => {
    const segments = [
      { kind: 'backstory', path: 'odd', lines: null, body: '' },
      { kind: 'write', path: 'odd.txt', lines: null, body: '@@@ done\n' },
      { kind: 'done', path: null, lines: null, body: '' },
    ] as const;
    const text = renderTrajectory(segments)
      .map((each) => each.text)
      .join('');
    expect(text.startsWith('@@@@ backstory "odd"\n')).toBe(true);
    expect(parseTrajectory(text)).toEqual(segments);
  });
});

describe('The mask of a trajectory', () => {
  /** A model learns to act: what it reads, thinks and writes. What it is told is context. */
  test('trains actions and thoughts, not what comes from outside', () => {
    const trained = new Set(sample.segments.filter((each) => each.trained).map(({ kind }) => kind));
    expect([...trained].sort()).toEqual(['done', 'plan', 'read', 'requirements', 'think', 'write']);
    const context = new Set(
      sample.segments.filter((each) => !each.trained).map(({ kind }) => kind),
    );
    expect([...context].sort()).toEqual(['backstory', 'file', 'observe', 'task']);
  });

  /** Each segment is tokenized by itself, so the mask changes exactly at its edges. */
  test('adds up to the tokens of the sample', () => {
    const count = (segments: readonly Segment[]) =>
      segments.reduce((total, { tokens }) => total + tokens, 0);
    // The token that ends the text is no segment's, and is trained.
    expect(count(sample.segments) + 1).toBe(sample.tokens);
    expect(count(sample.segments.filter((each) => each.trained)) + 1).toBe(sample.trainedTokens);
  });
});

/**
 * Learnt: segments and their order, whose bytes are whose, and what is trained. `export` writes the
 * same tokens and masks for other loaders (`services/export/formats.md`). Next: keep some files out
 * (03-add-a-gate).
 */
