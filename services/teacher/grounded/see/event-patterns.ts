/** Recognises on one masked line: errors, exits, catches, resources, assignments, calls. */
import { inOrder, oneOf } from '../patterns.ts';
import { calleeIn, sourceOf } from './callees.ts';
import type { CodeEvent } from './event.ts';
import type { CodeLine } from './scan.ts';

/** Most words quoted from an error message: too few to count as a copied run. */
const messageWordsMax = 6;

/** A call that makes an error in a language without a word for raising one. */
const errorMade = inOrder(
  /\b(?:return\b.*)?\b/,
  /((?:errors\.New|fmt\.Errorf|panic!?|bail!|unreachable!|abort|Err)(?=\())/,
);

export function raiseOf(
  line: CodeLine,
  when: string | null,
  next: CodeLine | undefined,
): CodeEvent | null {
  const text = line.masked;
  const match =
    /\b(?:raise|throw)\b\s*(?:new\s+)?((?:[\w$]+(?:\.|::))*[A-Z][\w$]*)?/.exec(text) ??
    errorMade.exec(text);
  if (match === null) return null;
  const rest = text.slice(match.index).replace(/^\w+\s+(?:new\s+)?/, '');
  const what = (match[1] ?? calleeIn(rest) ?? '').split(/\.|::/).at(-1) ?? '';
  const called = /^(?:New|Errorf|Err)$/.test(what) ? 'error' : what;
  const message =
    messageIn(line.raw.slice(match.index)) ??
    (/[([]\s*$/.test(text) ? messageIn(next?.raw ?? '') : null);
  return { kind: 'raise', what: called, message, when };
}

/** The first words of the first string on the line. */
function messageIn(text: string): string | null {
  const content = /(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`?)/.exec(text);
  const cleaned = (content?.[1] ?? content?.[2] ?? content?.[3] ?? '')
    .replace(/\$?\{[^}]*\}|%[-+\d.]*[a-zA-Z]|\\./g, ' ')
    .replace(/["`“”]/g, '')
    .replace(/\s+/g, ' ');
  // One sentence: a full stop inside a quotation would end the sentence around it.
  const plain = (cleaned.split(/\s?[.!?](?:\s|$)/)[0] ?? '').replace(/[\s:;,(]+$/, '').trim();
  const words = plain.split(' ');
  if (plain === '' || !/[a-z]{3}/i.test(plain)) return null;
  return words.length <= messageWordsMax ? plain : `${words.slice(0, messageWordsMax).join(' ')} …`;
}

export function exitOf(line: CodeLine, when: string | null): CodeEvent | null {
  const skip = /^\s*(continue|break|goto \w+)\b/.exec(line.masked)?.[1];
  if (skip !== undefined) return { kind: 'skip', word: skip, when };
  const match = /^\s*(?:return|yield)\b\s*(.*?)[;\s}]*$/.exec(line.masked);
  if (match === null) return null;
  return { kind: 'return', what: valueName(match[1] ?? '', line), when };
}

/** A short name for a value: a name, a literal, or the call that makes it. */
function valueName(expression: string, line: CodeLine): string | null {
  const text = expression.trim();
  if (/^(?:[\w$]+(?:\.|->|::))*[\w$]+$/.test(text)) return text.replace(/^(?:self|this)[.>-]+/, '');
  if (/^(?:\[\]|\{\}|\(\)|""|''|-?\d+(?:\.\d+)?)$/.test(text)) return text;
  // Go returns values and an error together; the error is the decision.
  if (/,\s*err$/.test(text)) return 'err';
  const fallback = /^((?:[\w$]+(?:\.|->))*[\w$]+)\s*(?:\|\||\?\?|\bor\b)\s/.exec(text)?.[1];
  if (fallback !== undefined) return fallback.replace(/^(?:self|this)[.>-]+/, '');
  const start = line.masked.indexOf(text);
  if (/^(["'])\u00b7{1,20}\1$/.test(text)) return line.raw.slice(start, start + text.length);
  return calleeIn(text);
}

const assertionWords = new Set(
  'not in is and or None True False true false null undefined equal toBe toEqual len'.split(' '),
);

const assertion = String.raw`(?:assert\w*!?|expect|should|require\.\w+|assert\.\w+)\s*\(`;
const asserted = new RegExp(String.raw`^\s*(?:assert\s+|(?:self\.|t\.|this\.)?${assertion})(.*)$`);

/** An assertion: the names that it checks, without the expected values. */
export function checkOf(line: CodeLine): CodeEvent | null {
  const match = asserted.exec(line.masked);
  if (match === null) return null;
  const names = (match[1] ?? '').match(/(?:[\w$]+\.)*[A-Za-z_$][\w$]*/g) ?? [];
  const told = names.filter((name) => name.length > 1 && !assertionWords.has(name));
  return told.length === 0 ? null : { kind: 'check', names: told.slice(0, 3) };
}

const caught = oneOf(
  /\bexcept\b\s*\(?([\w., ]*?)\)?(?:\s+as\s+\w+)?\s*:/,
  /\bcatch\b\s*(?:\(([^)]*)\))?/,
  /^\s*rescue\b\s*([\w:]*)/,
);

export function catchOf(line: CodeLine): CodeEvent | null {
  const match = caught.exec(line.masked);
  if (match === null) return null;
  const types = (match[1] ?? match[2] ?? match[3] ?? '').match(/[A-Z]\w*/g) ?? [];
  return { kind: 'catch', what: types.slice(0, 3).join(', ') };
}

export function resourceOf(line: CodeLine): CodeEvent | null {
  const match =
    /^\s*(?:async\s+)?with\s+(.*)/.exec(line.masked) ??
    /^\s*defer\s+(.*)/.exec(line.masked) ??
    /^\s*(?:using|synchronized|try)\s*\((.*)/.exec(line.masked);
  const used = match === null ? null : (calleeIn(match[1] ?? '') ?? sourceOf(match[1] ?? ''));
  if (used !== null) return { kind: 'resource', what: used };
  const lock = /^\s*([\w.]+?)(?:\.|->)(?:lock|Lock|RLock|acquire)\(\)\s*;?\s*$/.exec(
    line.masked,
  )?.[1];
  return lock === undefined ? null : { kind: 'resource', what: lock };
}

const becomes = /\s*(?::=|=)(?![=>])\s*(.*)$/;
const modifiers =
  /(?:(?:const|let|var|final|auto|val|static|public|private|protected|mut|ref)\s+)*/;
const typeInFront = /(?:[\w<>[\]*&:,]+[\s*&]+)?/;
const typeBehind = /(?:\s*:\s*[^=]+?)?/;
const nameOrAttribute = /((?:self\.|this\.|this->)?[A-Za-z_$][\w$]*)/;
const setOne = inOrder(
  /^\s*(?:export\s+)?/,
  modifiers,
  typeInFront,
  nameOrAttribute,
  typeBehind,
  becomes,
);
const setSeveral = inOrder(
  /^\s*(?:(?:const|let|var)\s+)?[{[(]?\s*([A-Za-z_$][\w$]*(?:\s*,\s*[\w$]+)+)\s*[}\])]?/,
  becomes,
);

export function setOf(line: CodeLine): CodeEvent | null {
  const match = setOne.exec(line.masked) ?? setSeveral.exec(line.masked);
  if (match === null) return null;
  const whole = match[1] ?? '';
  const attribute = /^(?:self\.|this\.|this->)/.test(whole);
  const target = whole.replace(/^(?:self\.|this\.|this->)/, '').replace(/\s+/g, '');
  if (/^(?:return|if|else|case|type|import|from)$/.test(target)) return null;
  return {
    kind: 'set',
    target,
    from: valueName((match[2] ?? '').replace(/[;,]\s*$/, ''), line),
    attribute,
  };
}

export function callOf(line: CodeLine): CodeEvent | null {
  if (!/^\s*(?:await\s+)?(?:[\w$]+(?:\.|->|::))*[A-Za-z_$][\w$]*!?\(/.test(line.masked))
    return null;
  const name = calleeIn(line.masked);
  return name === null ? null : { kind: 'call', name };
}
