/** Episodes: together they are the repository, and each fits if its files can (I1, I3, I6). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineRange } from '../../../../schemas/lines.ts';
import { parseTrajectory, writtenFiles } from '../../../../schemas/trajectory-text.ts';
import { describeFolders, divideFiles } from '../../../../services/ports/division.ts';
import { flattenRepository } from '../../../../services/stages/flatten/document.ts';
import { estimateTokens } from '../../../../services/stages/flatten/tokens.ts';
import { type SampleFile, sampleParts } from '../../../samples/inputs/file-thoughts.ts';

function flatten(files: readonly SampleFile[], episodeTokens: number | null) {
  const limits = { writesWithoutThought: 'trained', episodeTokens, briefBytesMax: 100 } as const;
  return flattenRepository(sampleParts('any', files), limits).map((flat) => ({
    ...flat,
    text: flat.document.toString('utf8'),
    parsed: parseTrajectory(flat.document.toString('utf8')),
  }));
}

const folders = ['', 'src/', 'src/a/', 'src/b/', 'test/'];
const arbitraryFiles = fc
  .array(
    fc.record({
      folder: fc.nat(folders.length - 1),
      lines: fc.array(fc.constantFrom('let a = 1;', '@@@ done', '', 'é 你好', 'x'.repeat(90)), {
        maxLength: 30,
      }),
      reads: fc.array(fc.nat(), { maxLength: 3 }),
      linesOfPart: fc.nat(9),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((files) =>
    files.map(({ lines, reads, linesOfPart }, position, all): SampleFile => {
      const path = (at: number) => `${folders[all[at]?.folder ?? 0]}f${at}`;
      const read = position === 0 ? [] : reads.map((at) => [path(at % position), 0, 0] as const);
      return { path: path(position), text: lines.join('\n'), reads: read, linesOfPart };
    }),
  );

describe('the episodes of any repository', () => {
  it('write every file once, in order, and read only what is written, marked if earlier', () => {
    fc.assert(
      fc.property(arbitraryFiles, fc.integer({ min: 1, max: 3_000 }), (files, episodeTokens) => {
        const written = new Map<string, string>();
        const listed: string[] = [];
        for (const { parsed, files: own } of flatten(files, episodeTokens)) {
          listed.push(...own.map(({ path }) => path));
          // All parts of a file lie in one episode.
          expect([...writtenFiles(parsed).keys()]).toEqual(own.map(({ path }) => path));
          const before = new Set(written.keys());
          for (const { kind, path, lines, body, earlier } of parsed) {
            if (kind === 'write') written.set(path ?? '', (written.get(path ?? '') ?? '') + body);
            expect(earlier === true).toBe(kind === 'observe' && before.has(path ?? ''));
            if (kind !== 'observe') continue;
            const [from, to] = lines ?? [0, 0];
            expect(body).toBe(lineRange(written.get(path ?? '') ?? 'absent', from, to));
          }
        }
        expect([...written]).toEqual(files.map(({ path, text }) => [path, text]));
        expect(listed).toEqual(files.map(({ path }) => path));
      }),
    );
  });

  it('are the same each time, and one unchanged document where that fits', () => {
    fc.assert(
      fc.property(arbitraryFiles, fc.integer({ min: 1, max: 3_000 }), (files, episodeTokens) => {
        const texts = (tokens: number | null) => flatten(files, tokens).map(({ text }) => text);
        const episodes = texts(episodeTokens);
        expect(texts(episodeTokens)).toEqual(episodes);
        const [whole = '', ...others] = texts(0);
        expect(others).toEqual([]);
        expect(texts(null)).toEqual([whole]);
        // The estimate takes each part by itself, so a little more than of the whole text.
        if (estimateTokens(whole) > episodeTokens) return;
        if (estimateTokens(whole) < episodeTokens * 0.8) expect(episodes).toEqual([whole]);
      }),
    );
  });

  it('fit where more than one file is in them', () => {
    fc.assert(
      fc.property(arbitraryFiles, fc.integer({ min: 900, max: 3_000 }), (files, episodeTokens) => {
        for (const { text, files: own } of flatten(files, episodeTokens)) {
          if (own.length > 1) expect(estimateTokens(text)).toBeLessThan(episodeTokens * 1.05);
        }
      }),
    );
  });
});

const code = 'export function addNumbers(first, second) {\n  return first + second;\n}\n'.repeat(8);
const project = ['lib/a', 'lib/b', 'lib/c', 'app/a', 'app/b', 'app/c'].map(
  (path): SampleFile => ({ path, text: code, reads: path === 'app/c' ? [['lib/a', 1, 2]] : [] }),
);

describe('an episode', () => {
  it('begins where the order comes to another folder', () => {
    const episodes = flatten(project, 900);
    expect(episodes.map(({ files }) => files.map(({ path }) => path))).toEqual([
      ['lib/a', 'lib/b', 'lib/c'],
      ['app/a', 'app/b', 'app/c'],
    ]);
  });

  it('after the first is told the requirements in brief, what is written, and its own plan', () => {
    const [first, second] = flatten(project, 900);
    const body = (kind: string) => second?.parsed.find((segment) => segment.kind === kind)?.body;
    expect(second?.parsed.map(({ kind }) => kind).slice(0, 3)).toEqual([
      'backstory',
      'task',
      'plan',
    ]);
    expect(body('task')).toBe(
      'Go on with the project any: plan the files of this episode, then write them.\n' +
        'Licence: MIT\nFiles: 6\nEpisode: 2 of 2, files 4 to 6\n\n' +
        'Requirements in brief:\nThe project any must work.\n\n' +
        'Written in earlier episodes:\n1. lib (3 files)\n',
    );
    expect(body('plan')).toBe(
      'Files of this episode, in writing order:\n' +
        '4. app/a: Holds app/a.\n5. app/b: Holds app/b.\n6. app/c: Holds app/c. Needs lib/a.\n',
    );
    expect(second?.text).toContain('@@@ observe "lib/a" 1-2 earlier\n');
    expect(first?.text).toContain(
      'Episodes, in writing order:\n1. lib (3 files)\n2. app (3 files)\n',
    );
    expect(first?.text).not.toContain('4. app/a');
  });
});

describe('a plan with modules', () => {
  function plansOf(episodeTokens: number): string[] {
    const parts = sampleParts('any', project);
    const files = parts.plan.files.map((file, at) => ({ ...file, module: at < 3 ? 0 : 1 }));
    const modules = [
      { name: 'lib', purpose: 'What all is built on.' },
      { name: 'app', purpose: 'What users see.' },
    ];
    const limits = { writesWithoutThought: 'trained', episodeTokens, briefBytesMax: 100 } as const;
    const flat = flattenRepository({ ...parts, plan: { ...parts.plan, files, modules } }, limits);
    return flat.map(({ document }) => {
      const segments = parseTrajectory(document.toString('utf8'));
      return segments.find(({ kind }) => kind === 'plan')?.body ?? '';
    });
  }
  const own = ['- lib (3 files): What all is built on.', '- app (3 files): What users see.'];

  it('lists them before the files of a repository that is one document', () => {
    const [plan] = plansOf(0);
    expect(plan).toContain(`\n\nModules:\n${own.join('\n')}\n\nFiles, in writing order:\n1.`);
  });

  it('lists all in the first episode, and in a later one those of its files', () => {
    const [first, second] = plansOf(900);
    expect(first).toContain(`Modules:\n${own.join('\n')}\n\nFiles of this episode`);
    expect(second).toMatch(/^Modules of this episode:\n- app .*\n\nFiles of this episode/);
  });

  it('says how many have no room', () => {
    expect(plansOf(120)[0]).toContain('Modules:\n- lib');
    expect(plansOf(120)[0]).toContain('\nand 1 more\n\nFiles of this episode');
  });
});

describe('divideFiles', () => {
  const cost = { run: 0.3, within: 0.1, filledFrom: 0.5 };
  const files = (...tokens: number[]) => tokens.map((each, at) => ({ path: `f${at}`, size: each }));
  const sizes = (tokens: number[], length: number) =>
    divideFiles(files(...tokens), { first: length, later: length }, cost).map(
      ({ from, to }) => to - from,
    );

  it('fills episodes rather than making all of one size', () => {
    expect(sizes([25, 25, 25, 25, 25], 100)).toEqual([4, 1]);
  });

  it('gives a file without room an episode of its own', () => {
    expect(sizes([10, 500, 10], 100)).toEqual([1, 1, 1]);
  });

  it('counts what files share once in a run, and not in the first, which has it anyway', () => {
    const shared = { name: 'module', size: 20 };
    const sharing = files(...Array(8).fill(20)).map((each) => ({ ...each, shared }));
    const ranges = divideFiles(sharing, { first: 80, later: 100 }, cost);
    expect(ranges.map(({ from, to }) => to - from)).toEqual([4, 4]);
  });

  it('divides ten thousand files at once', () => {
    const many = Array.from({ length: 10_000 }, (_, at) => (at * 7) % 90);
    expect(sizes(many, 2_000).reduce((a, b) => a + b)).toBe(10_000);
  });
});

it('an episode is named by its folders', () => {
  expect(describeFolders(['a/b/c/x', 'a/b/c/y', 'a/b/d/z'])).toBe('a/b/c, a/b/d');
  expect(describeFolders(['x', 'a/x', 'a/y', 'b/x', 'c/x', 'd/x'])).toBe(
    'a, the top folder, b and 2 more',
  );
});
