/**
 * Answers every prompt in form and at the length that it asks for, as far off as a model is: each
 * answer between four fifths and six fifths of it, drawn from the prompt. The prose has no sense,
 * but the checks find nothing wrong with it. Pure.
 */
import { sha256 } from '../../../services/runtime/ids.ts';
import { seededRandom } from '../../simulation/random.ts';
import type { ChatMessage } from './fake-openai-server.ts';

export function answerAsAsked(messages: readonly ChatMessage[]): string {
  const [system = '', user = ''] = messages.map(({ content }) => content);
  const random = seededRandom(Number.parseInt(sha256(user).slice(0, 8), 16));
  const prose = (words: number) => proseOf(words * (0.8 + random.below(401) / 1_000), random.below);
  if (system.includes('"modules"')) {
    const names = [...user.matchAll(/^(module_\d+): .* \(\d+ files?\)$/gm)].map(([, name]) => name);
    // "25 to 60 words"
    return JSON.stringify({ modules: names.map((module) => ({ module, purpose: prose(42) })) });
  }
  if (system.includes('"purposes"')) {
    const files = /<files \w+>\n([\s\S]*)\n<\/files /.exec(user)?.[1] ?? '';
    const paths = [...files.matchAll(/^(\S.*) \([^()]*\)$/gm)].map(([, path = '']) => path);
    return JSON.stringify({ purposes: paths.map((path) => ({ path, purpose: prose(20) })) });
  }
  if (system.includes('"requirements"')) {
    const files = user.match(/^\S.* \(\w+, \d+ lines\)$/gm)?.length ?? 0;
    // "some 80 words for a handful of files, 500 at most"
    const words = Math.min(500, 80 + 5 * Math.max(0, files - 5));
    return JSON.stringify({ requirements: prose(words), architecture: prose(words) });
  }
  const parts = [...user.matchAll(/\b(part_\d+): about (\d+) words/g)];
  if (parts.length > 0) {
    const thoughts = parts.map(([, name = '', words]) => [name, prose(Number(words))]);
    return JSON.stringify(Object.fromEntries(thoughts));
  }
  const asked = /in about (\d+) words\.$/m.exec(user)?.[1];
  if (asked !== undefined) return JSON.stringify({ thought: prose(Number(asked)) });
  // A rewrite: as long as what it rewrites, and no longer than it may be.
  const before = /<thought-so-far \w+>\n([\s\S]*)\n<\/thought-so-far /.exec(user)?.[1] ?? '';
  const bytesMax = Number(/ At most (\d+) bytes\.$/m.exec(user)?.[1] ?? before.length);
  return JSON.stringify({ thought: prose(before.split(' ').length).slice(0, bytesMax) });
}

/** A think block before an answer, of about so many tokens. */
export function reasonAsAsked(messages: readonly ChatMessage[], tokens: number): string {
  if (tokens === 0) return '';
  const { below } = seededRandom(
    Number.parseInt(sha256(messages[1]?.content ?? '').slice(0, 8), 16),
  );
  return `<think>${proseOf((tokens / tokensPerWord) * (0.8 + below(401) / 1_000), below)}</think>\n`;
}

const words =
  'the a each no one that it its from to for with who then so not order error case limit put part ' +
  'name kind list text line set key add ask add use end new old own few all any may can must get';

/** Prose about code has such words between the others: on average six bytes, 1.5 tokens a word. */
const terms =
  'idempotency unparsable lexicographic reentrancy reparses rehashes decompresses unescapes ' +
  'reserialises idempotently unbuffered coalesces';
const termEach = 4;
const tokensPerWord = 1.5;

const sentenceWords = 13;

/** Sentences of words in any order; some of them are words of every English text. */
function proseOf(count: number, below: (limit: number) => number): string {
  const [usual, special] = [words.split(' '), terms.split(' ')];
  const drawn = Array.from({ length: Math.max(4, Math.round(count)) }, (_unused, at) => {
    if (at % sentenceWords === 0) return 'It';
    const known = below(termEach) === 0 ? special : usual;
    return known[below(known.length)] ?? '';
  });
  return `${drawn.join(' ').replaceAll(' It ', '. It ')}.`;
}
