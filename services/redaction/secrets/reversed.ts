/**
 * Finds secrets whose names stand behind them, as in Swift's calls, R's assignments to the right
 * and the entries of Postman's collections.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { isSecret } from './judging/judge.ts';
import { kindOf, tellingPiece } from './judging/names.ts';
import { readLiteral } from './literals.ts';

const string = String.raw`(?:"(?<double>[^"\\\r\n]{4,512})"|'(?<single>[^'\\\r\n]{4,512})')`;
const stringName = String.raw`["'](?<name>[\w.-]{1,60})["']`;
const colon = String.raw`\s{0,4}:\s{0,4}`;

const findForms = redactionPatterns.search([
  // An entry `value` before the entry with the name, as Postman writes them.
  new RegExp(
    String.raw`["']value["']${colon}${string}\s{0,4},\s{0,40}["'](?:key|name|id)["']${colon}${stringName}`,
    'dg',
  ),
  // Options of a program in Rust: the field follows its attributes.
  new RegExp(
    String.raw`\bdefault_value(?:_t)?\s?=\s?${string}[^\r\n]{0,80}\]\s{1,40}(?:pub )?(?<name>\w{1,60})\s?:`,
    'dg',
  ),
]);

/** A string may begin at any quote, so what follows it is looked for first. */
const behindStrings = [
  // R's assignment to the right.
  {
    mark: /(?<=["']\s{0,4})->/,
    form: new RegExp(String.raw`${string}\s{0,4}->{1,2}\s{0,4}(?<name>[\w.]{1,60})(?![\w(])`, 'dg'),
  },
  // Swift and Objective-C name the header, the key or the field behind its value.
  {
    mark: /\b(?:for(?:HTTPHeaderField|Key|Header|Name)|withName)\s?:/,
    form: new RegExp(
      String.raw`${string}\s{0,4},?\s{0,40}(?:for(?:HTTPHeaderField|Key|Header|Name)|withName)\s?:\s{0,4}@?${stringName}`,
      'dg',
    ),
  },
].map(({ mark, form }) => ({ hasMark: redactionPatterns.has(mark), form }));

export function findReversed(_path: string, text: string): readonly Finding[] {
  const behind = behindStrings.flatMap(({ hasMark, form }) =>
    hasMark(text) ? [...text.matchAll(form)] : [],
  );
  return [...findForms(text).flat(), ...behind].flatMap((match) => judged(text, match));
}

function judged(text: string, { groups, indices }: RegExpExecArray): readonly Finding[] {
  const name = groups?.name ?? '';
  const range = indices?.groups?.double ?? indices?.groups?.single;
  if (range === undefined || name.search(tellingPiece) === -1) return [];
  // Read again from the quote on, for a scheme such as `Bearer` is no part of a secret.
  const value = readLiteral(text, range[0] - 1, 'operator');
  if (value === null || !isSecret(value, kindOf(name))) return [];
  return [secret(value.start, value.end, 'reversed')];
}
