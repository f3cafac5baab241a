/**
 * Golden: a tiny repository and exactly the tokens, mask and shard bytes it gives. A difference
 * here changes the data of every user: state the reason in the commit, raise the version of the
 * stage in topology.ts, and run with BACKSTORY_GOLDEN=write to record it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { encodeSample, encodeShard } from '../../schemas/mds.ts';
import { childId, sha256 } from '../../services/runtime/ids.ts';
import { tokenizeDocument } from '../../services/stages/sink/commit/loads.ts';
import { makePack, makePieces } from '../../services/stages/sink/pack/pieces.ts';
import { openTokenizer } from '../../services/stages/sink/tokens/tokenizer.ts';
import { sampleTrajectory } from '../samples/sink-harness.ts';

const path = new URL('tiny-repository.json', import.meta.url);

const repository = {
  name: 'tiny',
  files: [
    { path: 'src/greet.py', text: 'def greet(name):\n    return f"Hello, {name}!"\n' },
    {
      path: 'main.py',
      text: 'from src.greet import greet\n\nprint(greet("<|endoftext|>"))',
      reads: [['src/greet.py', 1, 1] as const],
      thoughts: ['It prints one greeting.', 'greet takes a name.'],
    },
    { path: 'notes.txt', text: '@@@ done\r\n\u00e9 e\u0301 \u4f60\u597d \u{1f600}\n' },
    { path: 'empty.txt', text: '' },
  ],
};

interface Golden {
  readonly document: string;
  readonly fingerprint: string;
  readonly pieces: readonly { inputIds: number[]; mask: string; prefixTokens: number }[];
  readonly shardHex: string;
}

let made: Golden;

beforeAll(async () => {
  const tokenizer = await openTokenizer('', '');
  let document = Buffer.alloc(0);
  const body = await sampleTrajectory(repository, async (bytes) => {
    document = Buffer.from(bytes);
    return { sha256: sha256(bytes), bytes: bytes.byteLength };
  });
  const parentId = 'tiny';
  const sample = {
    id: childId(parentId, 'flatten', 1, 'trajectory', 0),
    parentId,
    repositoryId: parentId,
    stage: 'flatten',
    stageVersion: 1,
    sourceSequence: 0,
    body,
  };
  const tokens = await tokenizeDocument(body, document, tokenizer);
  // A context this short cuts the document twice, so that prefixes are part of the golden.
  const pieces = makePieces(sample, tokens, tokenizer.endsLine, {
    contextLength: 160,
    prefixTokensMax: 64,
  });
  made = {
    document: document.toString('utf8'),
    fingerprint: tokenizer.fingerprint,
    pieces: pieces.map(({ inputIds, mask, prefixTokens }) => ({
      inputIds: [...inputIds],
      mask: mask.join(''),
      prefixTokens,
    })),
    shardHex: encodeShard(
      pieces.map((piece) => encodeSample(makePack('golden', [piece]))),
    ).toString('hex'),
  };
  if (process.env.BACKSTORY_GOLDEN === 'write') {
    writeFileSync(path, `${JSON.stringify(made, null, 1)}\n`);
  }
});

const golden = () => JSON.parse(readFileSync(path, 'utf8')) as Golden;

it('the document is the same', () => {
  expect(made.document).toBe(golden().document);
});

it('the tokenizer is the same', () => {
  expect(made.fingerprint).toBe(golden().fingerprint);
});

it('the tokens and the mask are the same', () => {
  expect(made.pieces).toEqual(golden().pieces);
  expect(made.pieces.length).toBeGreaterThan(2);
});

it('the shard is the same, byte for byte', () => {
  expect(made.shardHex).toBe(golden().shardHex);
});
