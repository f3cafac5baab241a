/**
 * Reads parameters, result and parents out of a declaration's one-line signature, for the
 * languages that have a parser. Where the text does not fit, the answer is empty, never a guess.
 */

export interface Parameter {
  readonly name: string;
  readonly type: string | null;
  readonly fallback: string | null;
}

/** Languages that write the type before the name. */
const typeFirst = new Set(['java', 'c', 'cpp', 'c++', 'csharp', 'c#']);

export function readParameters(signature: string, name: string, language: string): Parameter[] {
  const list = parameterList(signature, name);
  if (list === null) return [];
  const parameters = splitTop(list).map((part) => readParameter(part, language));
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

function readParameter(part: string, language: string): Parameter | null {
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
  if (typeFirst.has(language)) {
    const match = /^(.*?)([A-Za-z_]\w*)\s*(?:\[\w*\])*$/.exec(bare);
    if (match === null || (match[1] ?? '').trim() === '') return null;
    return { name: match[2] ?? '', type: (match[1] ?? '').trim(), fallback };
  }
  if (language === 'go') {
    const match = /^([A-Za-z_]\w*)(?:\s+(.+))?$/.exec(bare);
    return match === null ? null : { name: match[1] ?? '', type: match[2] ?? null, fallback };
  }
  const name = /^[\w$]+$/.exec(bare.trim())?.[0];
  return name === undefined ? null : { name, type: null, fallback };
}

/** The stated result type, short enough to be named, or null. */
export function readResult(signature: string, language: string): string | null {
  const arrow = /->\s*([^:#]+(?:::[^:#]+)*?)\s*(?::(?!:).*|#.*)?$/.exec(signature)?.[1]?.trim();
  const colon = /\)\s*:\s*([^=]+?)\s*(?:=>.*)?$/.exec(signature)?.[1];
  const result =
    language === 'python' || language === 'rust'
      ? arrow
      : /script|tsx/.test(language)
        ? colon
        : null;
  if (result === null || result === undefined || result.length > 40) return null;
  return /^(?:None|void|undefined|Self|self|this|\(\))$/.test(result) ? null : result;
}

/** What a class or interface builds on. */
export function readParents(signature: string, language: string): string[] {
  const text =
    language === 'python'
      ? /^class\s+\w+\s*(?:\[.*?\])?\((.*?)\)/.exec(signature)?.[1]
      : /\b(?:extends|implements)\s+(.+)$/.exec(signature)?.[1];
  if (text === undefined) return [];
  return splitTop(text.replace(/\b(?:extends|implements)\b/g, ','))
    .map((parent) => parent.replace(/[<[({].*$/, '').trim())
    .filter((parent) => /^[\w.]+$/.test(parent) && parent !== 'object');
}
