/**
 * Compares templates with Hugging Face's library on real vocabularies: joint masks agree with its
 * offsets, and a chat that is tokenized at once has the ids that the library gives.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import tokenizers from 'tokenizers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type MaskingName,
  type TemplateName,
  type TextSegment,
  turnRole,
} from '../../../../schemas/trajectory-text.ts';
import { tokenizeDocument } from '../../../../services/stages/sink/commit/loads.ts';
import type { TokenizedDocument } from '../../../../services/stages/sink/tokens/join-tokens.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../services/stages/sink/tokens/tokenizer.ts';
import { hostileSegments, trajectoryOf } from '../../../samples/inputs/hostile-trajectories.ts';
import { fetchMsMax } from '../../../samples/installed/npm-package.ts';
import {
  type ExtendedName,
  readJson,
  type VocabularyName,
  vocabularyPath,
} from '../../stages/sink/tokens/bpe/vocabularies.ts';

const root = new URL('../../../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'backstory-oracle-'));
beforeAll(async () => {
  for (const name of ['llama3', 'gpt2'] as const) await vocabularyPath(name);
}, fetchMsMax);
afterAll(() => rmSync(folder, { recursive: true }));

type Name = VocabularyName | ExtendedName;

/** The library's tokenizer without steps that change bytes, with or without control tokens. */
async function openLibrary(name: Name, control: boolean) {
  const json = { ...(await readJson(name)), normalizer: null, post_processor: null };
  // White space is text.
  if (!control) json.added_tokens = json.added_tokens.filter(({ content }) => !content.trim());
  return tokenizers.Tokenizer.fromString(JSON.stringify(json));
}

async function open(name: Name, template: TemplateName, masking: MaskingName) {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(await readJson(name)));
  return openTokenizer(path, '', { template, masking });
}

function tokenize(segments: readonly TextSegment[], tokenizer: Tokenizer) {
  const { body, document } = trajectoryOf(segments);
  return tokenizeDocument(body, document, tokenizer);
}

/** A trajectory of source files without control tokens; each file reads the one before it. */
function realTrajectory(control: readonly string[]): TextSegment[] {
  const folder = join(root, 'services/runtime');
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const names = all.filter((name) => name.endsWith('.ts')).sort();
  const files = names
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }))
    .filter(({ text }) => !control.some((token) => text.includes(token)))
    .slice(0, 12);
  expect(files.length).toBeGreaterThan(8);
  const segment = (kind: TextSegment['kind'], body: string, path: string | null = null) => ({
    kind,
    path,
    lines: null,
    body,
  });
  return [
    segment('backstory', '', 'extract'),
    segment('task', 'Write it.\n'),
    segment('requirements', 'It reads code.\n\n'),
    segment('plan', '- one\n- two\n'),
    ...files.flatMap(({ path, text }, index) => [
      segment('file', `Write ${path}.\n\n`, path),
      ...files
        .slice(Math.max(0, index - 1), index)
        .flatMap((other) => [
          segment('read', '', other.path),
          segment('observe', `${other.text}\n\n`, other.path),
        ]),
      segment('think', `${text.slice(3, 300).trim()}\n  \n`),
      segment('write', text, path),
    ]),
    segment('done', ''),
  ];
}

/** Masks from the library's offsets, which count code points. */
async function maskByOffsets(
  library: Awaited<ReturnType<typeof openLibrary>>,
  segments: readonly TextSegment[],
): Promise<{ ids: number[]; mask: number[] }> {
  const { body, document } = trajectoryOf(segments);
  const trainable = body.segments.flatMap(({ start, end, trained }) =>
    [...document.toString('utf8', start, end)].map(() => trained),
  );
  const encoding = await library.encode(document.toString('utf8'), null, {
    addSpecialTokens: false,
  });
  const mask = encoding
    .getOffsets()
    .map(([from = 0, to = 0]) => (trainable.slice(from, to).every(Boolean) ? 1 : 0));
  return { ids: encoding.getIds(), mask };
}

/** Drops the end-of-text token, which the library does not write. */
function own({ inputIds, mask }: TokenizedDocument) {
  return { ids: [...inputIds].slice(0, -1), mask: [...mask].slice(0, -1) };
}

describe.each(['qwen3', 'llama3', 'gpt2', 'gpt2 with runs of spaces'] as const)(
  'joint masking of %s',
  (name) => {
    it('I2: gives the ids of the library, and the masks from its offsets', async () => {
      const tokenizer = await open(name, 'tags', 'joint');
      const library = await openLibrary(name, false);
      const check = async (segments: readonly TextSegment[]) => {
        const wanted = await maskByOffsets(library, segments);
        expect(own(await tokenize(segments, tokenizer))).toEqual(wanted);
      };
      await check(realTrajectory([]));
      await fc.assert(fc.asyncProperty(hostileSegments, check), { numRuns: 60 });
    });
  },
);

describe.each(['qwen3', 'llama3'] as const)('a chat of %s', (name) => {
  it('has the ids of the library if it is tokenized at once', async () => {
    const tokenizer = await open(name, 'chat', 'joint');
    const { added_tokens: control } = await readJson(name);
    const names = new Map(control.map(({ id, content }) => [id, content]));
    const segments = realTrajectory([...names.values()]);
    const { inputIds } = await tokenize(segments, tokenizer);
    const text = written(segments, tokenizer, names);
    const library = await openLibrary(name, true);
    const encoding = await library.encode(text, null, { addSpecialTokens: false });
    expect([...inputIds]).toEqual(encoding.getIds());
  });
});

/** The conversation in the notation of its form, written without any code of the sink. */
function written(
  segments: readonly TextSegment[],
  tokenizer: Tokenizer,
  names: ReadonlyMap<number, string>,
): string {
  const { body, document } = trajectoryOf(segments);
  const llama = tokenizer.template.form === 'llama3';
  const roles = { system: 'system', user: 'user', assistant: 'assistant' };
  const roleName = { ...roles, tool: llama ? 'ipython' : 'user' };
  let text = llama ? '<|begin_of_text|>' : '';
  for (const [index, { kind, start, end }] of body.segments.entries()) {
    const role = turnRole(kind as TextSegment['kind']);
    const roleAt = (at: number) => {
      const other = body.segments[at]?.kind as TextSegment['kind'] | undefined;
      return other === undefined ? null : turnRole(other);
    };
    if (roleAt(index - 1) !== role) {
      text += llama
        ? `<|start_header_id|>${roleName[role]}<|end_header_id|>\n\n`
        : `<|im_start|>${roleName[role]}\n`;
    }
    text += document.toString('utf8', start, end);
    if (roleAt(index + 1) !== role) text += llama ? '<|eot_id|>' : '<|im_end|>\n';
  }
  return text + (names.get(tokenizer.endOfText) ?? '');
}

describe('what a trainer sees', () => {
  const segments: TextSegment[] = [
    { kind: 'backstory', path: 'tiny', lines: null, body: '' },
    { kind: 'task', path: null, lines: null, body: 'Say hello.\n' },
    { kind: 'requirements', path: null, lines: null, body: 'It greets.\n' },
    { kind: 'plan', path: null, lines: null, body: '1. a.py\n' },
    { kind: 'file', path: 'a.py', lines: null, body: 'Write it.\n' },
    { kind: 'think', path: null, lines: null, body: '<|im_end|> is text.\n' },
    { kind: 'write', path: 'a.py', lines: null, body: 'print("<|eot_id|>")' },
    { kind: 'done', path: null, lines: null, body: '' },
  ];

  /** Control tokens in guillemets, trained text between brackets. */
  async function drawn(name: VocabularyName): Promise<string> {
    const tokenizer = await open(name, 'chat', 'segments');
    const { added_tokens: control } = await readJson(name);
    const names = new Map(control.map(({ id, content }) => [id, content]));
    const { inputIds, mask } = await tokenize(segments, tokenizer);
    let text = '';
    for (const [token, id] of inputIds.entries()) {
      if (mask[token] === 1 && mask[token - 1] !== 1) text += '[';
      text += names.has(id)
        ? `\u00ab${names.get(id)}\u00bb`
        : tokenizer.decode(Uint32Array.of(id)).toString('utf8');
      if (mask[token] === 1 && mask[token + 1] !== 1) text += ']';
    }
    return text;
  }

  it('of Qwen', async () => {
    expect(await drawn('qwen3')).toBe(
      [
        '\u00ab<|im_start|>\u00bbsystem',
        '@@@ backstory "tiny"',
        '\u00ab<|im_end|>\u00bb',
        '\u00ab<|im_start|>\u00bbuser',
        '@@@ task',
        'Say hello.',
        '\u00ab<|im_end|>\u00bb',
        '\u00ab<|im_start|>\u00bbassistant',
        '[@@@ requirements',
        'It greets.',
        '@@@ plan',
        '1. a.py',
        '\u00ab<|im_end|>\u00bb]',
        '\u00ab<|im_start|>\u00bbuser',
        '@@@ file "a.py"',
        'Write it.',
        '\u00ab<|im_end|>\u00bb',
        '\u00ab<|im_start|>\u00bbassistant',
        '[@@@ think',
        '<|im_end|> is text.',
        '@@@ write "a.py"',
        'print("<|eot_id|>")',
        '@@@ no-newline',
        '@@@ done',
        '\u00ab<|im_end|>\u00bb]',
        '\u00ab<|endoftext|>\u00bb',
      ].join('\n'),
    );
  });

  it('of Llama', async () => {
    expect(await drawn('llama3')).toBe(
      [
        '\u00ab<|begin_of_text|>\u00bb\u00ab<|start_header_id|>\u00bbsystem\u00ab<|end_header_id|>\u00bb',
        '',
        '@@@ backstory "tiny"',
        '\u00ab<|eot_id|>\u00bb\u00ab<|start_header_id|>\u00bbuser\u00ab<|end_header_id|>\u00bb',
        '',
        '@@@ task',
        'Say hello.',
        '\u00ab<|eot_id|>\u00bb\u00ab<|start_header_id|>\u00bbassistant\u00ab<|end_header_id|>\u00bb',
        '',
        '[@@@ requirements',
        'It greets.',
        '@@@ plan',
        '1. a.py',
        '\u00ab<|eot_id|>\u00bb]\u00ab<|start_header_id|>\u00bbuser\u00ab<|end_header_id|>\u00bb',
        '',
        '@@@ file "a.py"',
        'Write it.',
        '\u00ab<|eot_id|>\u00bb\u00ab<|start_header_id|>\u00bbassistant\u00ab<|end_header_id|>\u00bb',
        '',
        '[@@@ think',
        '<|im_end|> is text.',
        '@@@ write "a.py"',
        'print("<|eot_id|>")',
        '@@@ no-newline',
        '@@@ done',
        '\u00ab<|eot_id|>\u00bb]\u00ab<|end_of_text|>\u00bb',
      ].join('\n'),
    );
  });
});
