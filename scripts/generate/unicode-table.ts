/**
 * `node scripts/generate/unicode-table.ts`: writes
 * services/stages/sink/tokens/bpe/unicode-table.ts, Unicode properties as Hugging Face's
 * `tokenizers` sees them. It asks that library itself for every code point, so that an update of
 * Node cannot move a token boundary.
 */
import { writeFileSync } from 'node:fs';
import tokenizers from 'tokenizers';
import { categories } from '../../services/stages/sink/tokens/bpe/unicode.ts';

const codePointEnd = 0x110000;
const surrogateStart = 0xd800;
const surrogateEnd = 0xe000;

/** Every code point that text can hold, in order. */
function allCodePoints(): number[] {
  const all: number[] = [];
  for (let point = 0; point < codePointEnd; point += 1) {
    if (point < surrogateStart || point >= surrogateEnd) all.push(point);
  }
  return all;
}

/** The pieces that a pretokenizer makes of a text, in code points. */
export async function pieces(preTokenizer: unknown, text: string): Promise<[number, number][]> {
  const model = { type: 'WordLevel', vocab: { u: 0 }, unk_token: 'u' };
  const file = { version: '1.0', added_tokens: [], pre_tokenizer: preTokenizer, model };
  const encoder = tokenizers.Tokenizer.fromString(JSON.stringify(file));
  const encoding = await encoder.encode(text, null, { addSpecialTokens: false });
  return encoding.getOffsets() as [number, number][];
}

/** The code points that have a property according to Oniguruma. */
export async function pointsOf(property: string): Promise<number[]> {
  const points = allCodePoints();
  const text = points.map((point) => String.fromCodePoint(point)).join('');
  const pattern = { Regex: `${property}+` };
  const split = { type: 'Split', pattern, behavior: 'Removed', invert: true };
  return (await pieces(split, text)).flatMap(([start, end]) => points.slice(start, end));
}

/** The code points that Rust calls numeric; its table has another Unicode version. */
export async function numericPoints(): Promise<number[]> {
  const points = allCodePoints();
  const text = points.map((point) => `a${String.fromCodePoint(point)}`).join('');
  const found = await pieces({ type: 'Digits', individual_digits: true }, text);
  const single = found.filter(([start, end]) => end === start + 1 && start % 2 === 1);
  return single.map(([start]) => points[(start - 1) / 2] ?? 0);
}

async function main(): Promise<void> {
  const names = Object.keys(categories);
  const categoryOf = new Array<string>(codePointEnd).fill('Cn');
  categoryOf.fill('Cs', surrogateStart, surrogateEnd);
  const numbers = new Set<number>();
  for (const name of names.filter((each) => each !== 'Cs' && each !== 'Cn')) {
    for (const point of await pointsOf(`\\p{${name}}`)) {
      categoryOf[point] = name;
      if (name.startsWith('N')) numbers.add(point);
    }
  }
  const numeric = (await numericPoints()).filter((point) => !numbers.has(point));
  let runs = '';
  let start = 0;
  for (let point = 1; point <= codePointEnd; point += 1) {
    if (point < codePointEnd && categoryOf[point] === categoryOf[start]) continue;
    const name = (categoryOf[start] ?? 'Cn') as keyof typeof categories;
    runs += (point - start).toString(36) + categories[name];
    start = point;
  }
  const text = `/**
 * Unicode 16.0 general categories, as Oniguruma in \`tokenizers\` has them: lengths of runs in base
 * 36, each followed by a letter of \`categories\` in unicode.ts. By
 * scripts/generate/unicode-table.ts.
 */
export const categoryRuns =
  '${runs}';

/** Numeric for Rust (Unicode 17.0), which the Digits step asks, but not above. */
export const numericBeyond: readonly number[] = [
${numeric.map((point) => `  0x${point.toString(16)},\n`).join('')}];
`;
  writeFileSync(
    new URL('../../services/stages/sink/tokens/bpe/unicode-table.ts', import.meta.url),
    text,
  );
}

if (import.meta.main) await main();
