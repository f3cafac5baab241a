/**
 * Reads parameters, result and parents out of a declaration's one-line signature, for the
 * languages that have a parser. If the text has an unexpected form, the answer is empty.
 */
import { type ParsedLanguageRow, parsedRowNamed } from '../../../../schemas/languages/languages.ts';

type SignatureForms = ParsedLanguageRow['signatures'];

export interface Parameter {
  readonly name: string;
  readonly type: string | null;
  readonly fallback: string | null;
}

/** For a language without a row: it marks neither types nor results nor parents. */
const noForms: SignatureForms = { type: null, result: null, parents: null };

function formsOf(language: string): SignatureForms {
  return parsedRowNamed(language)?.signatures ?? noForms;
}

export function readParameters(signature: string, name: string, language: string): Parameter[] {
  const list = parameterList(signature, name);
  if (list === null) return [];
  const forms = formsOf(language);
  const parameters = splitTop(list).map((part) => readParameter(part, forms));
  return parameters.filter((one): one is Parameter => one !== null);
}

function parameterList(signature: string, name: string): string | null {
  const at = Math.max(0, signature.lastIndexOf(`${name}(`), signature.indexOf(`${name}<`));
  const open = signature.indexOf('(', at);
  if (open < 0) return null;
  const end = closingBracket(signature, open);
  return end < 0 ? null : signature.slice(open + 1, end);
}

function closingBracket(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if ('([{'.includes(text[index] ?? ' ')) depth += 1;
    if (')]}'.includes(text[index] ?? ' ')) depth -= 1;
    if (depth === 0) return index;
  }
  return -1;
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if ('([{<'.includes(character)) depth += 1;
    else if (')]}'.includes(character) || (character === '>' && text[index - 1] !== '='))
      depth -= 1;
    else if (character === ',' && depth <= 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function readParameter(part: string, forms: SignatureForms): Parameter | null {
  const [declared = '', fallback = null] = part.split(/\s*(?<![=!<>])=(?![=>])\s*/, 2);
  const bare = declared.replace(
    /^(?:&mut |&|mut |final |const |readonly |public |private |protected |\.\.\.|\*\*?)+/,
    '',
  );
  if (/^(?:self|this|cls|\/|void|)$/.test(bare.trim()) || /^&?(?:'\w+ )?(?:mut )?self$/.test(bare))
    return null;
  if (/^[[{]/.test(bare)) return null;
  const colon = /^([\w$]+)\??\s*:\s*(.+)$/.exec(bare);
  if (colon !== null) return { name: colon[1] ?? '', type: colon[2] ?? null, fallback };
  if (forms.type === 'before-name') {
    const match = /^(.*?)(\$?[A-Za-z_]\w*)\s*(?:\[\w*\])*$/.exec(bare);
    const type = match?.[1]?.trim() ?? '';
    const name = match?.[2] ?? '';
    // A sigil marks the name in languages where the type may be left out.
    if (type === '') return name.startsWith('$') ? { name, type: null, fallback } : null;
    return { name, type, fallback };
  }
  if (forms.type === 'after-name') {
    const match = /^([A-Za-z_]\w*)(?:\s+(.+))?$/.exec(bare);
    return match === null ? null : { name: match[1] ?? '', type: match[2] ?? null, fallback };
  }
  const name = /^[\w$]+$/.exec(bare.trim())?.[0];
  return name === undefined ? null : { name, type: null, fallback };
}

/** The stated result type, short enough to be named, or null. */
export function readResult(signature: string, language: string): string | null {
  const result = statedResult(signature, formsOf(language).result);
  if (result === undefined || result.length > 40) return null;
  return /^(?:None|void|undefined|Unit|Self|self|this|\(\))$/.test(result) ? null : result;
}

function statedResult(signature: string, mark: SignatureForms['result']): string | undefined {
  if (mark === '->') {
    return /->\s*([^:#]+(?:::[^:#]+)*?)\s*(?::(?!:).*|#.*)?$/.exec(signature)?.[1]?.trim();
  }
  return mark === ':' ? /\)\s*:\s*([^=]+?)\s*(?:=>.*)?$/.exec(signature)?.[1] : undefined;
}

/** The types that a class or interface extends or implements. */
export function readParents(signature: string, language: string): string[] {
  const { parents } = formsOf(language);
  const list = parents === null ? undefined : parentList(signature, parents);
  return splitTop(list ?? '')
    .map((parent) => parent.replace(/(?:[<[({]|\sby\s).*$/, '').trim())
    .filter((parent) => /^\w+(?:(?:\.|::)\w+)*$/.test(parent) && parent !== 'object');
}

/** The parent types in a signature, split at commas. */
function parentList(
  signature: string,
  mark: NonNullable<SignatureForms['parents']>,
): string | undefined {
  if (mark === '(') return /^class\s+\w+\s*(?:\[.*?\])?\((.*?)\)/.exec(signature)?.[1];
  if (mark === '<') return /^class\s+[\w:]+\s*<\s*([\w:.]+)/.exec(signature)?.[1];
  if (mark === ':') return afterColon(signature);
  const words = mark.join('|');
  const all = new RegExp(`\\b(?:${words})\\s+(.+)$`).exec(signature)?.[1];
  return all?.replace(new RegExp(`\\b(?:${words})\\b`, 'g'), ',');
}

/** `B` and `C` of `class A<T : X>(x: Y) : public B(x), C where …`; an enum names its numbers. */
function afterColon(signature: string): string | undefined {
  if (/\benum\b/.test(signature)) return undefined;
  // `a::B` is one name.
  const text = signature.replaceAll('::', '..');
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if ('([{<'.includes(character)) depth += 1;
    if (')]}>'.includes(character)) depth -= 1;
    if (character !== ':' || depth > 0) continue;
    const list = signature.slice(index + 1).replace(/\bwhere\b.*$/, '');
    return list.replaceAll(/\b(?:public|protected|private|virtual)\b/g, '');
  }
  return undefined;
}
