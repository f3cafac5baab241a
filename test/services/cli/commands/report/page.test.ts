/** Repositories and models write into the page; nothing that they write may act there. */
import { expect, test } from 'vitest';
import { drawQualityPage } from '../../../../../services/cli/commands/report/page.ts';
import type { MaskedSegment } from '../../../../../services/dataset/samples.ts';
import type { MeasuredOutput, QualityReport } from '../../../../../services/quality/report.ts';

const tags = `</pre></title><script>alert('1')</script><img src=x onerror="a()">`;
const hostile = `${tags}&amp;\u202e\u0000`;

const segment = (kind: MaskedSegment['kind'], body: string): MaskedSegment => ({
  kind,
  path: hostile,
  lines: [1, 2],
  body,
  role: null,
  trained: kind === 'think',
  tokens: 1234,
});

const lengths = { count: 1, sum: 1, mean: 1, min: 1, p50: 1, p90: 1, p99: 1, max: 1 };
const group = { what: 'thought', code: 'TEACHER_REFUSED', check: null, count: 1, example: hostile };
const place = { rewrites: 2, accepted: 1 };
const report: QualityReport = {
  report: 1,
  dataset: hostile,
  runId: 'r',
  head: 'h',
  closed: false,
  trajectories: 1,
  incompleteTrajectories: 2,
  files: 1,
  steps: 2,
  tokens: 10,
  trainedTokens: 5,
  lengths: { trajectory: lengths, think: lengths },
  thoughtless: { files: 1, share: 1, groups: [group] },
  plain: { files: 1, share: 1, kinds: { [hostile]: 1 } },
  lacks: [{ ...group, what: 'plan' }],
  finish: { length: 1, content_filter: 0 },
  refusedSteps: [{ check: hostile, steps: 2, answers: 3, givenUp: 1 }],
  refused: { [hostile]: 3 },
  answers: { [hostile]: 2 },
  repetition: {
    runWords: 13,
    runs: 1,
    selfRepetition: { share: 0.0123, reference: 0.00203 },
    sourceOverlap: { share: 0, reference: 0.00051 },
    sampledDocuments: 0,
  },
  phrases: {
    thoughts: 1,
    distinct: [{ words: 4, share: 1, oneIn: 1 }],
    common: [{ phrase: hostile, thoughts: 2 }],
  },
  register: { words: 1, per10k: { wait: 1 } },
  symbols: {
    existing: { of: 2, found: 1, share: 0.5 },
    announced: { of: 0, found: 0, share: 0 },
    unknown: [hostile],
  },
  rewritten: { of: 4, found: 1, share: 0.25 },
  search: {
    scorers: [{ model: hostile, configuration: hostile, files: 1 }],
    files: 1,
    targetBytes: 10,
    rounds: { files: 1, targetBytes: 10, before: 2, after: [{ ...place, bitsPerByte: 1.5 }] },
    outcomes: { [hostile]: 2 },
    places: [place],
    thoughtBytes: { before: 1, after: 2 },
    growth: [{ timesMax: null, files: 1, gain: 0.25 }],
  },
  sampled: [hostile],
  untold: [hostile],
};
const example = {
  sampleId: hostile,
  name: hostile,
  path: hostile,
  segments: [segment('think', hostile), segment('write', `\n\n${hostile}\n`)],
};
const examples: MeasuredOutput['examples'] = {
  plans: [{ ...example, path: null }],
  thoughts: [example],
  thoughtless: [example],
  tooLarge: 3,
};
const page = drawQualityPage({ report, examples });

test('no text becomes a tag, and every tag is one of the page itself', () => {
  const found = new Set([...page.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag));
  const own =
    'html head meta title style body main div h1 h2 h3 section table tr td th p details summary';
  expect([...found].sort()).toEqual([...own.split(' '), 'pre', 'small'].sort());
  expect(page).not.toMatch(/<[^>]*\bon\w+=/i);
  expect(page).not.toMatch(/<[^>]*\b(?:src|href|action)=/i);
});

test('the page forbids what it does not need', () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  // Before anything of a repository.
  expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<title>'));
});

test('marks that hide or turn text are visible', () => {
  expect(page).not.toContain('\u202e');
  expect(page).not.toContain('\u0000');
  expect(page).toContain('\ufffd\u2400');
});

test('an example is whole: its text can be read back', () => {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  const bodies = [...page.matchAll(/<pre class="[a-z ]*">\n([^<]*)<\/pre>/g)].map(([, text = '']) =>
    text.replaceAll(/&([a-z0-9#]+);/g, (_all, name: string) => names[name] ?? ''),
  );
  const shown = hostile.replace('\u202e', '\ufffd').replace('\0', '\u2400');
  expect(bodies).toHaveLength(6);
  expect(bodies.slice(0, 2)).toEqual([shown, `\n\n${shown}\n`]);
});

test('shares are beside their references, and what cannot be told is said', () => {
  expect(page).toContain('1.230 % (reference 0.203 %)');
  expect(page).toContain('25.0 % (1 of 4)');
  expect(page).toContain('2 trajectories of which only some pieces are in shards');
  expect(page).toContain('3 candidates too large for a whole example.');
});
