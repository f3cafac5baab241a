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

const words =
  'the a each every no one that this which it its from to for with before after where when then ' +
  'so because while not caller reader value state order error case limit input result contract ' +
  'edge failure module part piece name kind list table text line option default keeps takes gives ' +
  'needs holds checks returns refuses builds joins splits orders names counts stands begins ends';

/** Sentences of words in any order; some of them are words of every English text. */
function proseOf(count: number, below: (limit: number) => number): string {
  const known = words.split(' ');
  const drawn = Array.from(
    { length: Math.max(4, Math.round(count)) },
    () => known[below(known.length)] ?? '',
  );
  const sentences: string[] = [];
  for (let at = 0; at < drawn.length; at += 12) {
    sentences.push(`It ${drawn.slice(at, at + 12).join(' ')}.`);
  }
  return sentences.join(' ');
}
