/**
 * Plain prose: no code blocks, headings, wrappers of the answer, chat phrases, refusals, control
 * marks. What the material itself holds may be named in quotation marks: a repository may be about
 * prompts.
 */
import { type Check, quoteShort, withoutShownQuotes } from './check.ts';

const chat = '(?:Sure|Certainly|Of course|Absolutely|Okay)';
const helping = "(?:here\\b|I(?:’|')?(?:ll| will| can|(?:’|')d)\\b|let me\\b|below\\b)";
const writers = 'AI|artificial intelligence|LLM|(?:large )?language model';
const unable =
  "(?:I can(?:’|')?t|I cannot|I won(?:’|')t|I(?:’|')?m unable to|I am (?:unable|not able) to)";
/** Honest thoughts say that they cannot help noticing, or cannot comply with an interface. */
const asked = '(?: you| with (?:that|this|it|your?)\\b|\\s*(?:[.,;:!?]|$))';
const answers = '(?:thought|rewrite|rewritten|revised|improved|answer|analysis|response|text)';

const forbidden: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\s*(?:```|~~~)/m, 'holds a code block'],
  [/(?<!\w)<\/?(?:think|analysis|answer|thought)>|<\|[^|>\n]{1,40}\|>/, 'holds a mark of a model'],
  [/^\s*[{[]\s*"(?:thought|requirements|architecture|purposes?|thoughts)"/m, 'holds JSON'],
  [/^#{1,6} \S/m, 'holds a heading'],
  [new RegExp(`^\\s*${chat}(?:!|[,.:]? ${helping})`, 'i'), 'begins as a chat does'],
  [new RegExp(`^\\s*Here(?:’s|'s| is) (?:the|a|my|your) ${answers}\\b`), 'begins as a chat does'],
  [
    new RegExp(`\\bas an? (?:${writers})(?: (?:language )?model| assistant)?,? I\\b`, 'i'),
    'speaks of its writer',
  ],
  [/^\s*(?:I(?:’|')?m|I am) sorry, (?:but )?I\b/i, 'is a refusal'],
  [new RegExp(`\\b${unable} (?:help|assist)${asked}`, 'im'), 'is a refusal'],
  [
    new RegExp(`\\b${unable} (?:comply with|fulfill?) (?:that|this|your) request\\b`, 'i'),
    'is a refusal',
  ],
];

export const form: Check = (answer, facts) => {
  if (!/\p{L}/u.test(answer)) return 'the text holds no words';
  if (!answer.isWellFormed() || /[^\P{Cc}\n\t\r]|\uFFFD/u.test(answer)) {
    return 'the text holds control characters or broken ones';
  }
  const own = withoutShownQuotes(answer, facts);
  for (const [pattern, what] of forbidden) {
    const found = pattern.exec(own);
    if (found !== null)
      return `the text ${what}: ${quoteShort(found[0])}; plain paragraphs are wanted`;
  }
  return null;
};
