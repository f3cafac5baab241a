/** Plain prose: no code blocks, headings, wrappers of the answer, chat phrases, control marks. */
import { type Check, quoteShort } from './check.ts';

const forbidden: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\s*(?:```|~~~)/m, 'holds a code block'],
  [/(?<!\w)<\/?(?:think|analysis|answer|thought)>|<\|[^|>\n]{1,40}\|>/, 'holds a mark of a model'],
  [/^\s*[{[]\s*"(?:thought|requirements|architecture|purposes?|thoughts)"/m, 'holds JSON'],
  [/^#{1,6} \S/m, 'holds a heading'],
  [
    /^\s*(?:Sure|Certainly|Of course|Absolutely|Okay, here|Here(?:’|')?s|Here is)\b[^.\n]*[,!:]/i,
    'begins as a chat does',
  ],
  [
    /\bas an? (?:AI|artificial intelligence|large language model|language model|LLM)\b/i,
    'speaks of its writer',
  ],
];

export const form: Check = (answer) => {
  if (!/\p{L}/u.test(answer)) return 'the text holds no words';
  if (!answer.isWellFormed() || /[^\P{Cc}\n\t\r]|\uFFFD/u.test(answer)) {
    return 'the text holds control characters or broken ones';
  }
  for (const [pattern, what] of forbidden) {
    const found = pattern.exec(answer);
    if (found !== null)
      return `the text ${what}: ${quoteShort(found[0])}; plain paragraphs are wanted`;
  }
  return null;
};
