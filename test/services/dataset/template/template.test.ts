/**
 * Round trips of templates: for any trajectory the tokens give its segments back, the mask agrees
 * with an oracle that looks at every byte (I2), and pieces join to the document's tokens (I1).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  isTrained,
  maskingNames,
  parseTrajectory,
  type TextSegment,
  templateNames,
  turnRole,
} from '../../../../schemas/trajectory-text.ts';
import {
  type ReadDocument,
  readTokens,
  TemplateError,
  tokenPlaces,
} from '../../../../services/dataset/template/read.ts';
import { tokenizeDocument } from '../../../../services/stages/sink/commit/loads.ts';
import { makePieces, type Sample } from '../../../../services/stages/sink/pack/pieces.ts';
import type { TokenizedDocument } from '../../../../services/stages/sink/tokens/join-tokens.ts';
import {
  openTokenizer,
  type Tokenizer,
} from '../../../../services/stages/sink/tokens/tokenizer.ts';
import {
  byteTokenizerFile,
  chatmlControls,
  llamaControls,
} from '../../../samples/inputs/byte-tokenizer.ts';
import { hostileSegments, trajectoryOf } from '../../../samples/inputs/hostile-trajectories.ts';
import { vocabularyPath } from '../../stages/sink/tokens/bpe/vocabularies.ts';

const paths = {
  qwen3: await vocabularyPath('qwen3'),
  qwen2_5: await vocabularyPath('qwen2_5'),
  llama3: await vocabularyPath('llama3'),
  gpt2: await vocabularyPath('gpt2'),
  deepseek_v3: await vocabularyPath('deepseek_v3'),
};
const folder = mkdtempSync(join(tmpdir(), 'backstory-template-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Merges across seams: a segment's end with the next header, a role's name with its text. */
const crossing = ['\u010a@', '@@', 't\u010a', '\u010a\u010a'];
/** Added tokens that are text; some of them reach across seams. */
const texts = [
  '  ',
  '\n\n',
  '\n@',
  '@@@ ',
  '\n@@@ think\n',
  'user\n@',
  'ef ',
  '\u{1f600}',
  '\u00e9\u{1f600}',
];
const files = {
  chatml: byteTokenizerFile(),
  llama3: byteTokenizerFile(llamaControls),
  'chatml with merges across seams': byteTokenizerFile(chatmlControls, crossing),
  'llama3 with merges across seams': byteTokenizerFile(llamaControls, crossing),
  'chatml with added text': byteTokenizerFile(chatmlControls, crossing, texts),
  'llama3 with added text': byteTokenizerFile(llamaControls, [], texts),
  'chatml of tokens that are not special': byteTokenizerFile(chatmlControls, [], texts).replaceAll(
    '"special":true',
    '"special":false',
  ),
};

const cases = Object.keys(files).flatMap((file) =>
  templateNames.flatMap((template) =>
    maskingNames.map((masking) => [file as keyof typeof files, template, masking] as const),
  ),
);

function openFile(name: keyof typeof files, options: object): Promise<Tokenizer> {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, files[name]);
  return openTokenizer(path, '', options);
}

/** The expected mask, from nothing but the bytes that each token covers. */
function oracle(tokenizer: Tokenizer, ids: Uint32Array, segments: readonly TextSegment[]) {
  const { turns, endOfText } = tokenizer.template;
  const { body, document } = trajectoryOf(segments);
  // The document as bytes, each trainable or not, with a control token as one unit.
  const units: { control: number | null; trained: boolean }[] = [];
  const add = (text: Buffer, trained: boolean) => {
    for (const _ of text) units.push({ control: null, trained });
  };
  const marks = (list: readonly ({ id: number } | { text: string })[], ends: boolean) => {
    for (const mark of list) {
      if ('id' in mark) units.push({ control: mark.id, trained: ends });
      else add(Buffer.from(mark.text), false);
    }
  };
  marks(tokenizer.template.beginning, false);
  for (const [index, { kind, start, end }] of body.segments.entries()) {
    const role = turnRole(kind as TextSegment['kind']);
    const neighbour = (by: number) => {
      const other = body.segments[index + by]?.kind as TextSegment['kind'] | undefined;
      return other === undefined ? null : turnRole(other);
    };
    if (turns !== null && neighbour(-1) !== role) marks(turns.opening[role], false);
    add(document.subarray(start, end), isTrained(kind as TextSegment['kind']));
    if (turns !== null && neighbour(1) !== role) marks(turns.closing, role === 'assistant');
  }
  units.push({ control: endOfText, trained: turns === null });
  let cursor = 0;
  return [...ids].map((id) => {
    const length = tokenizer.isControl(id) ? 1 : tokenizer.byteLength(id);
    const covered = units.slice(cursor, cursor + length);
    cursor += length;
    // Not an assertion: millions of them would take most of the suite's time.
    const control = tokenizer.isControl(id) ? id : null;
    if (covered[0]?.control !== control)
      throw new Error(`${control} where ${covered[0]?.control} is`);
    return covered.every(({ trained }) => trained) ? 1 : 0;
  });
}

const sample = { id: 'x' } as Sample;

/** Pieces without their repeated prefixes are the document; the prefixes are not trained. */
function checkPieces(tokenized: TokenizedDocument, tokenizer: Tokenizer, contextLength: number) {
  const limits = { contextLength, prefixTokensMax: 32 };
  const pieces = makePieces(sample, tokenized, tokenizer.endsLine, limits);
  const own = pieces.map((piece) => [...piece.inputIds.subarray(piece.prefixTokens)]);
  expect(own.flat()).toEqual([...tokenized.inputIds]);
  const masks = pieces.map((piece) => [...piece.mask.subarray(piece.prefixTokens)]);
  expect(masks.flat()).toEqual([...tokenized.mask]);
  for (const piece of pieces) {
    expect(piece.tokens).toBeLessThanOrEqual(contextLength);
    expect(piece.mask.subarray(0, piece.prefixTokens).includes(1)).toBe(false);
  }
  return pieces;
}

describe.each(cases)('a vocabulary of %s, template %s, masking %s', (name, template, masking) => {
  let tokenizer: Tokenizer;
  let read: (ids: Uint32Array) => ReadDocument;
  beforeAll(async () => {
    tokenizer = await openFile(name, { template, masking });
    read = (ids) => readTokens(ids, tokenizer.template, tokenizer);
  });

  it('I1, I2: tokens give every segment back, with the mask of its bytes', async () => {
    await fc.assert(
      fc.asyncProperty(hostileSegments, fc.integer({ min: 64, max: 400 }), async (segments, n) => {
        const { body, document } = trajectoryOf(segments);
        const tokenized = await tokenizeDocument(body, document, tokenizer);
        const back = read(tokenized.inputIds);
        expect(parseTrajectory(back.text.toString('utf8'))).toEqual(segments);
        expect([...tokenized.mask]).toEqual(oracle(tokenizer, tokenized.inputIds, segments));
        expect(back.ends.at(-1)).toBe(document.byteLength);
        for (const piece of checkPieces(tokenized, tokenizer, n)) {
          if (template === 'tags') continue;
          checkOpening(piece.inputIds, tokenizer);
          // No cut separates a turn's text from the marks that open or close it.
          for (const { tokens } of back.turns) {
            expect(piece.end > tokens.start && piece.end <= tokens.content).toBe(false);
            expect(piece.end >= tokens.close && piece.end < tokens.end).toBe(false);
          }
        }
        if (template === 'tags') expect(back.turns).toEqual([]);
        else checkTurns(back, segments, tokenizer);
      }),
      { numRuns: 40 },
    );
  });
});

/** Every piece begins with the opening of a turn, wherever it was cut. */
function checkOpening(ids: Uint32Array, { template }: Tokenizer) {
  const starts = template.beginning.flatMap((mark) => ('id' in mark ? [mark.id] : []));
  const opening = template.turns?.opening.user[0];
  expect([...starts, opening !== undefined && 'id' in opening ? opening.id : -1]).toContain(ids[0]);
}

function checkTurns(
  { turns, places, text }: ReadDocument,
  segments: readonly TextSegment[],
  { template }: Tokenizer,
) {
  const roles = segments.map(({ kind }) => turnRole(kind));
  const runs = roles.filter((role, index) => role !== roles[index - 1]);
  expect(turns.map(({ role }) => role)).toEqual(
    runs.map((role) => template.turns?.roleNames[role]),
  );
  expect(turns.map(({ start, end }) => text.toString('utf8', start, end)).join('')).toBe(
    text.toString('utf8'),
  );
  // Each turn ends once, for any content.
  expect(places.filter((place) => place === tokenPlaces.endOfTurn)).toHaveLength(turns.length);
}

describe('reading tokens fails for', () => {
  let tokenizer: Tokenizer;
  let ids: Uint32Array;
  const segments: TextSegment[] = (['backstory', 'task', 'plan', 'done'] as const).map((kind) => ({
    kind,
    path: kind === 'backstory' ? 'x' : null,
    lines: null,
    body: kind === 'backstory' || kind === 'done' ? '' : 'a\n',
  }));
  beforeAll(async () => {
    tokenizer = await openFile('chatml', { template: 'chat' });
    const { body, document } = trajectoryOf(segments);
    ids = (await tokenizeDocument(body, document, tokenizer)).inputIds;
  });

  it.each<[string, (ids: number[]) => number[], RegExp]>([
    ['no tokens', () => [], /end-of-text/],
    ['no end of text', (all) => all.slice(0, -1), /end-of-text/],
    ['no start of a turn', (all) => all.slice(1), /token 0 is not the start of a turn/],
    ['an unknown role', (all) => all.with(1, 0x78), /token 0 is not the start of a turn/],
    ['a turn that does not end', (all) => all.filter((id) => id !== 258), /not the end of a turn/],
    ['a control token in a turn', (all) => all.toSpliced(20, 0, 257), /not the end of a turn/],
    ['an unknown token', (all) => all.with(20, 999), /none of the vocabulary/],
    ['text after a turn', (all) => all.toSpliced(-1, 0, 65), /not the start of a turn/],
  ])('%s', (_what, change, message) => {
    const changed = Uint32Array.from(change([...ids]));
    const reading = () => readTokens(changed, tokenizer.template, tokenizer);
    expect(reading).toThrow(TemplateError);
    expect(reading).toThrow(message);
  });

  it('nothing in the unchanged tokens', () => {
    const { text } = readTokens(ids, tokenizer.template, tokenizer);
    expect(parseTrajectory(text.toString())).toEqual(segments);
  });
});

describe('the form of a vocabulary', () => {
  const open = (name: keyof typeof paths, masking = 'segments') =>
    openTokenizer(paths[name], '', {
      template: 'chat',
      masking: masking as (typeof maskingNames)[number],
    });

  it('follows from its control tokens', async () => {
    const forms = [await open('qwen3'), await open('qwen2_5'), await open('llama3')];
    expect(forms.map(({ template }) => template.form)).toEqual(['chatml', 'chatml', 'llama3']);
  });

  it.each(['gpt2', 'deepseek_v3'] as const)('%s is TOKENIZER_UNSUPPORTED', async (name) => {
    const refused = open(name);
    await expect(refused).rejects.toMatchObject({ code: 'TOKENIZER_UNSUPPORTED' });
    await expect(refused).rejects.toThrow(/sink\.template=tags/);
    await expect(refused).rejects.toThrow(paths[name]);
    await expect(refused).rejects.toThrow(/chatml needs <\|im_start\|> <\|im_end\|>; llama3 needs/);
  });

  it('goes into the fingerprint with template and masking', async () => {
    const fingerprints = new Set<string>();
    for (const template of templateNames) {
      for (const masking of maskingNames) {
        fingerprints.add((await openFile('chatml', { template, masking })).fingerprint);
      }
    }
    expect(fingerprints.size).toBe(4);
    const plain = await openFile('chatml', {});
    expect(fingerprints).toContain(plain.fingerprint);
  });
});
