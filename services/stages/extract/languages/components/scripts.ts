/**
 * The scripts of a component: a file of Vue or Svelte, in which JavaScript or TypeScript stands
 * between tags. All else is blanked, so that positions stay. Needs no grammar of the markup, and
 * is linear in it. Pure.
 */

/** How a file is divided. */
export interface Division {
  /** Into blocks, as in Vue: no script stands within another block. */
  readonly isInBlocks: boolean;
}

const opening = /<!--|<([a-z][\w:-]*)/gi;
/** The rest of a tag; a quoted value may hold `>`. */
const restOfTag = /[^"'>]*(?:(?:"[^"]*"|'[^']*')[^"'>]*)*>/y;
/** For tags that are only counted. */
const tagCharactersMax = 2000;
/** What `lang` and `type` say of JavaScript and TypeScript. Other scripts are not read. */
const ownLanguages =
  /^(?:|[jt]sx?|module|(?:java|type|ecma)script|(?:text|application)\/(?:java|ecma|type)script)$/i;

/** The text with its scripts in their places, and blanks elsewhere; lines are kept. */
export function scriptsOf(text: string, { isInBlocks }: Division): string {
  const parts: string[] = [];
  let done = 0;
  const keep = (from: number, to: number, script: string) => {
    parts.push(blanked(text.slice(done, from)), script);
    done = to;
  };
  let skipsBlocks = isInBlocks;
  opening.lastIndex = 0;
  for (let match = opening.exec(text); match !== null; match = opening.exec(text)) {
    const start = opening.lastIndex;
    const name = match[1]?.toLowerCase();
    if (name === undefined) {
      const end = text.indexOf('-->', start);
      if (end < 0) break;
      opening.lastIndex = end;
    } else if (name === 'script' || skipsBlocks) {
      const tag = tagAt(text, start);
      if (tag === null) break;
      const inside = start + tag.length;
      const end = tag.endsWith('/>') ? inside : endOf(text, name, inside);
      opening.lastIndex = end ?? inside;
      // No later script has an end either; once the blocks are not what they seem, look everywhere.
      if (end === null && name === 'script') break;
      if (end === null) skipsBlocks = false;
      if (end === null || name !== 'script' || !isOwn(tag)) continue;
      const statement = importOf(tag);
      if (statement !== null) keep(match.index, match.index + statement.length, statement);
      // The semicolon ends the script before, which may stand on the same line.
      if (end > inside) keep(inside - 1, end, `;${text.slice(inside, end)}`);
    }
  }
  parts.push(blanked(text.slice(done)));
  return parts.join('');
}

function blanked(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

function tagAt(text: string, at: number): string | null {
  restOfTag.lastIndex = at;
  return restOfTag.exec(text)?.[0] ?? null;
}

/** Where the closing tag of an element begins; null without one. Only templates nest. */
function endOf(text: string, name: string, from: number): number | null {
  const tags = new RegExp(name === 'template' ? '<(/?)template\\b' : `<(/)${name}\\b`, 'gi');
  tags.lastIndex = from;
  let depth = 1;
  for (let tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    const at = tags.lastIndex;
    if (tag[1] === '/') depth -= 1;
    else if (tagAt(text.slice(at, at + tagCharactersMax), 0)?.endsWith('/>') !== true) depth += 1;
    if (depth === 0) return tag.index;
  }
  return null;
}

function isOwn(tag: string): boolean {
  return ['lang', 'type'].every((name) => ownLanguages.test(attributeOf(tag, name) ?? ''));
}

function attributeOf(tag: string, name: string): string | null {
  const pattern = new RegExp(String.raw`\s${name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`, 'i');
  const [, double, single, bare] = pattern.exec(tag) ?? [];
  return double ?? single ?? bare ?? null;
}

/** `<script src="./a.ts">` as an import, which is shorter than the tag. */
function importOf(tag: string): string | null {
  const source = attributeOf(tag, 'src') ?? '';
  return /^\.{1,2}\/[^\s"'\\]*$/.test(source) ? `import "${source}";` : null;
}
