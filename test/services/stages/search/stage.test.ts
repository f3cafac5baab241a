/** The stage with real stores, the grounded teacher and the bytes scorer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  FileThoughtBody,
  FileTraceBody,
  RepoPlanBody,
  RepoStructureBody,
} from '../../../../schemas/generated/types.ts';
import type { Scorer } from '../../../../services/ports/scorer.ts';
import type { RewriteRequest, Teacher } from '../../../../services/ports/teacher.ts';
import { noUsage } from '../../../../services/ports/usage.ts';
import { createCodec } from '../../../../services/runtime/records/codec.ts';
import type { StageReport } from '../../../../services/runtime/report.ts';
import type { StageRecord, Tools } from '../../../../services/runtime/stage.ts';
import { openLocalBlobStore } from '../../../../services/runtime/store/blobs.ts';
import { openBytesScorer } from '../../../../services/scorer/bytes/scorer.ts';
import { type SearchKnobs, searchKnobs } from '../../../../services/stages/search/config.ts';
import { search } from '../../../../services/stages/search/stage.ts';
import { openGrounded } from '../../../../services/teacher/grounded/grounded.ts';

const base = `export class Ledger {
  #entries = new Map();

  record(account, amount) {
    const balance = this.#entries.get(account) ?? 0;
    this.#entries.set(account, balance + amount);
    return balance + amount;
  }
}
`;
const user = `import { Ledger } from './base.js';

const overdraftLimit = -500;

export function transfer(ledger, fromAccount, toAccount, amount) {
  const remaining = ledger.record(fromAccount, -amount);
  if (remaining < overdraftLimit) {
    ledger.record(fromAccount, amount);
    throw new RangeError(\`overdraft on \${fromAccount}\`);
  }
  return ledger.record(toAccount, amount);
}

export function openLedger(startingBalances) {
  const ledger = new Ledger();
  for (const [account, balance] of Object.entries(startingBalances)) ledger.record(account, balance);
  return ledger;
}
`;
const thought = 'The file moves money between accounts of the ledger.';
const better =
  'transfer(ledger, fromAccount, toAccount, amount) records on both accounts and undoes it with a RangeError below overdraftLimit; openLedger fills a Ledger from startingBalances with Object.entries.';

type SearchTools = Tools<'search', SearchKnobs, StageReport>;

let folder: string;
let scorer: Scorer;
let trace: FileTraceBody;
let open: (teacher: Teacher, scorer: Scorer | null, knobs?: object) => SearchTools;
const counts = new Map<string, number>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'search-'));
  scorer = openBytesScorer({ contextBytesMax: 65_536, threads: 1 });
  const blobs = await openLocalBlobStore(folder);
  const { bodies } = createCodec(blobs);
  const texts = { 'base.js': base, 'empty.js': '', 'user.js': user };
  const structure = structureOf(texts, await blobs.put(Buffer.from(base + user)));
  const structureReference = await bodies.save('repo-structure', structure);
  const plan: RepoPlanBody = {
    structure: structureReference,
    requirements: 'The project keeps balances.',
    architecture: 'Two modules.',
    files: Object.keys(texts).map((path, ordinal) => ({
      path,
      ordinal,
      purpose: 'Keeps balances.',
      dependsOn: path === 'user.js' ? ['base.js'] : [],
      offers: [],
      module: null,
    })),
    teacher: openGrounded().identity,
    usage: {
      calls: 1,
      promptTokens: 0,
      completionTokens: 0,
      microDollars: 0,
      refused: {},
      finish: {},
    },
    modules: [],
    lacks: [],
  };
  trace = {
    path: 'user.js',
    ordinal: 2,
    of: 3,
    structure: structureReference,
    plan: await bodies.save('repo-plan', plan),
    status: 'done',
    reason: null,
    steps: [
      { kind: 'read', path: 'base.js', fromLine: 0, toLine: 0, text: null },
      { kind: 'think', path: null, fromLine: 0, toLine: 0, text: thought },
      { kind: 'write', path: 'user.js', fromLine: 0, toLine: 0, text: null },
    ],
    teacher: plan.teacher,
    refused: {},
    usage: {
      calls: 1,
      promptTokens: 10,
      completionTokens: 5,
      microDollars: 2,
      refused: {},
      finish: {},
    },
  };
  open = (teacher, withScorer, knobs = {}) => ({
    config: searchKnobs.parse(knobs),
    run: { dataset: 'd', seed: 0, outputFolder: folder, bounded: true, runId: 'r' },
    log: pino({ enabled: false }),
    blobs,
    bodies,
    teacher,
    scorer: withScorer,
    signal: new AbortController().signal,
    crashPoint: () => {},
    count: (metric, by = 1) => void counts.set(metric, (counts.get(metric) ?? 0) + by),
  });
});

afterAll(async () => {
  await scorer.close();
  await rm(folder, { recursive: true, force: true });
});

function structureOf(
  texts: Readonly<Record<string, string>>,
  content: { sha256: string; bytes: number },
): RepoStructureBody {
  let offset = 0;
  const files = Object.entries(texts).map(([path, text]) => {
    const file = {
      path,
      offset,
      bytes: Buffer.byteLength(text),
      sha256: '0',
      redactions: 0,
      redacted: {},
      marked: {},
    };
    offset += file.bytes;
    return file;
  });
  const licence = { expression: 'MIT', evidence: [] };
  return {
    repository: {
      name: 'ledger',
      origin: 'o',
      commit: null,
      licence,
      content,
      files,
      skipped: [],
      hosted: null,
    },
    files: files.map(({ path }) => ({
      path,
      language: 'javascript',
      parser: 'none',
      errorRatio: 0,
      lines: 1,
      symbols: [],
      externals: [],
      note: null,
    })),
    edges: [{ from: 'user.js', to: 'base.js', kind: 'import', confidence: 1, names: ['Ledger'] }],
    unresolved: [],
    order: Object.keys(texts),
  };
}

function recordOf(body: FileTraceBody): StageRecord<'file-trace'> {
  const envelope = {
    id: 'i',
    parentId: 'p',
    repositoryId: 'r',
    dataset: 'd',
    stage: 'simulate',
    stageVersion: 1,
    seed: 0,
    eventTimeMs: 0,
    sourceSequence: 0,
    attempt: 0,
  };
  return { topic: 'file-trace', partition: 0, offset: 0, envelope, body };
}

async function run(body: FileTraceBody, tools: SearchTools): Promise<FileThoughtBody> {
  const outcomes = await search.handle(recordOf(body), tools);
  const [outcome] = outcomes;
  if (outcomes.length !== 1 || outcome?.kind !== 'emit' || outcome.topic !== 'file-thought') {
    throw new Error('one file-thought was expected');
  }
  return outcome.body;
}

/** The grounded teacher with given rewrites. */
function teacherOf(rewrites: readonly string[], asked: RewriteRequest[] = []): Teacher {
  const usage = {
    calls: 1,
    promptTokens: 100,
    completionTokens: 10,
    microDollars: 7,
    refused: {},
    finish: {},
  };
  return {
    ...openGrounded(),
    rewrite: async (request, sample) => {
      asked.push(request);
      return { value: rewrites[sample] ?? 'Nothing more.', usage };
    },
  };
}

describe('search', () => {
  test('keeps the rewrite that lowers the bits of the code, and reports all of them', async () => {
    counts.clear();
    const asked: RewriteRequest[] = [];
    const tools = open(teacherOf([better, user], asked), scorer, { iterations: 2 });
    const { search: report, ...body } = await run(trace, tools);
    expect(body.steps).toEqual([
      trace.steps[0],
      { ...trace.steps[1], text: better },
      trace.steps[2],
    ]);
    expect(body.usage).toEqual({
      calls: 5,
      promptTokens: 410,
      completionTokens: 45,
      microDollars: 30,
      refused: {},
      finish: {},
    });
    expect(report?.candidates.map(({ outcome }) => outcome)).toEqual([
      'accepted',
      'leak',
      'not-better',
      'duplicate',
    ]);
    expect(report).toMatchObject({
      scorer: scorer.identity,
      configuration: scorer.configuration,
      targetBytes: Buffer.byteLength(user),
      thoughtBytesBefore: Buffer.byteLength(thought),
    });
    // More than a twentieth of the code's bits: naming what it will hold is worth that much.
    expect(report?.bitsAfter).toBeLessThan(0.95 * (report?.bitsBefore ?? 0));
    expect(asked.map((request) => request.thought)).toEqual([thought, thought, better, better]);
    expect(asked[0]).toMatchObject({ path: 'user.js', code: user, bytesMax: 1024, round: 0 });
    expect(asked[0]?.reads[0]?.text).toBe(base);
    expect(Object.fromEntries(counts)).toEqual({
      // Also the first thought, and none.
      candidates_scored: 4,
      scored_bytes: 4 * Buffer.byteLength(user),
      candidates_accepted: 1,
    });
  });

  test('tells the teacher which lines surprise, and keeps the texts, unless it shall not', async () => {
    const asked: RewriteRequest[] = [];
    const { search: kept } = await run(trace, open(teacherOf([better], asked), scorer));
    expect(asked[0]?.weakLines?.length).toBe(5);
    for (const { line, text, bits } of asked[0]?.weakLines ?? []) {
      expect(user.split('\n')[line - 1]?.trim()).toBe(text);
      expect(bits).toBeGreaterThan(0);
    }
    expect(kept?.candidates[0]?.text).toBe(better);
    asked.length = 0;
    const knobs = { keepTexts: false, weakLinesMax: 0, rewritesPerRepositoryMax: 10 };
    const { search: plain } = await run(trace, open(teacherOf([better], asked), scorer, knobs));
    expect(plain?.candidates.map(({ text }) => text)).toEqual([null, null, null, null]);
    expect(asked.map(({ weakLines }) => weakLines)).toEqual(asked.map(() => undefined));
    expect(plain?.bitsAfter).toBe(kept?.bitsAfter);
  });

  test('leaves out thoughts that tell nothing, if it is told to', async () => {
    const idle = teacherOf(['The work is done here.']);
    const knobs = { leaveOutWeak: true, gainBitsMin: 100_000, iterations: 1 };
    const left = await run(trace, open(idle, scorer, knobs));
    expect(left).toMatchObject({ status: 'plain', steps: [trace.steps[2]] });
    expect(left.search?.candidates).toHaveLength(2);
    expect(left.search?.bitsNone).toBeGreaterThan(0);
    const kept = await run(trace, open(idle, scorer, { ...knobs, leaveOutWeak: false }));
    expect(kept.steps).toEqual(trace.steps);
  });

  test('gives the same bytes twice with the grounded teacher, and never more bits', async () => {
    const tools = open(openGrounded(), scorer);
    const first = await run(trace, tools);
    expect(await run(trace, tools)).toEqual(first);
    expect(first.search?.candidates).toHaveLength(6);
    expect(first.search?.bitsAfter).toBeLessThanOrEqual(first.search?.bitsBefore ?? 0);
  });

  test.each([
    ['the search is off', { enabled: false }, true, {}],
    ['there is no scorer', {}, false, {}],
    ['the file failed', {}, true, { status: 'failed', reason: 'x', steps: [] }],
    ['the file was skipped', {}, true, { status: 'skipped', reason: 'binary' }],
  ] as const)('passes a trace on as it is when %s', async (_name, knobs, scored, change) => {
    const body = { ...trace, ...change };
    const result = await run(body, open(teacherOf([]), scored ? scorer : null, knobs));
    expect(result).toEqual({ ...body, search: null });
  });

  test('reports an empty file without asking or scoring anything', async () => {
    const asked: RewriteRequest[] = [];
    const result = await run({ ...trace, path: 'empty.js' }, open(teacherOf([], asked), scorer));
    expect(asked).toEqual([]);
    expect(result.steps).toEqual(trace.steps);
    expect(result.search).toMatchObject({ targetBytes: 0, bitsBefore: 0, candidates: [] });
  });

  test('refuses a trace of a file that the structure does not know', async () => {
    await expect(
      run({ ...trace, path: 'other.js' }, open(teacherOf([]), scorer)),
    ).rejects.toMatchObject({ code: 'RECORD_INVALID', subject: 'other.js' });
  });

  test('fails a file whose search is given up for a passing reason, and no other', () => {
    const failed = 'failed' in search.end ? search.end.failed : null;
    const given = (reason: string, passing: boolean) =>
      failed?.(recordOf(trace), { reason, passing, usage: noUsage });
    expect(given('SCORER_UNAVAILABLE: down', true)).toMatchObject({
      topic: 'file-thought',
      body: { path: 'user.js', status: 'failed', reason: 'SCORER_UNAVAILABLE: down', steps: [] },
    });
    const kept = { status: 'done', reason: 'STAGE_POISONED: a bug', steps: trace.steps };
    expect(given('STAGE_POISONED: a bug', false)).toMatchObject({
      body: { ...kept, search: null },
    });
  });
});

describe('a file in parts', () => {
  const write = (fromLine: number, toLine: number) => ({
    ...({ kind: 'write', path: 'user.js', text: null, fromLine, toLine } as const),
  });
  const think = (text: string) => ({
    ...({ kind: 'think', path: null, fromLine: 0, toLine: 0, text } as const),
  });

  test('has each thought scored on what its own write makes, after the parts before it', async () => {
    const steps = [think(thought), write(1, 12), think('A ledger is opened.'), write(13, 18)];
    const scored: { context: string; target: string; thoughts: readonly string[] }[] = [];
    const asked: RewriteRequest[] = [];
    const recording: Scorer = {
      ...scorer,
      scoreTokens: async (request, signal) => {
        scored.push(request);
        return (await scorer.scoreTokens?.(request, signal)) ?? [];
      },
    };
    const teacher = teacherOf([better], asked);
    const tools = open(teacher, recording, { iterations: 1, candidates: 1 });
    const body = await run({ ...trace, steps: [...trace.steps.slice(0, 1), ...steps] }, tools);
    const lines = user.split(/(?<=\n)/);
    const [first, second] = [lines.slice(0, 12).join(''), lines.slice(12).join('')];
    expect([...new Set(scored.map(({ target }) => target))]).toEqual([first, second]);
    expect(asked.map(({ code, part }) => [code, part?.number, part?.of])).toEqual([
      [first, 1, 2],
      [second, 2, 2],
    ]);
    const last = scored.at(-1);
    expect(last?.context).toContain(`@@@ write "user.js" 1-12\n${first}`);
    expect(last?.thoughts[0]).toMatch(/@@@ write "user.js" 13-18\n$/);
    const kept = body.steps.filter(({ kind }) => kind === 'think').map(({ text }) => text);
    expect(last?.context).toContain(kept[0]);
    expect(body.search?.targetBytes).toBe(Buffer.byteLength(user));
    expect(body.search?.candidates.map((each) => each.thought)).toEqual([0, 1]);
    expect(body.steps.map(({ kind }) => kind)).toEqual([
      'read',
      'think',
      'write',
      'think',
      'write',
    ]);
  });
});
