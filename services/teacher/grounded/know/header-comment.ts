/** The comment at the head of a file as text, without licences and comment markers. */
import { rowNamed } from '../../../../schemas/languages/languages.ts';
import { withLineFeeds } from '../../../../schemas/lines.ts';

/** Null when the file does not begin with a comment about itself. */
export function headerComment(code: string, language: string): string | null {
  const head = withLineFeeds(code.slice(0, 4000))
    .replace(/^#!.*\n/, '')
    .replace(/^\ufeff/, '');
  const row = rowNamed(language);
  if (row?.strings['"""'] === 'docstring')
    return /^\s*(?:#.*\n\s*)*[rR]?(?:"""|''')([\s\S]*?)(?:"""|''')/.exec(head)?.[1] ?? null;
  const inner = /^\s*((?:\/\/!.*\n?)+)/.exec(head)?.[1];
  if (inner !== undefined) return inner.replace(/^\s*\/\/!\s?/gm, '');
  if (row?.comments.block.some(([open]) => open === '/*') !== true) return null;
  for (const block of head.matchAll(/\/\*+!?([\s\S]*?)\*\/|((?:^[ \t]*\/\/.*\n)+)/gm)) {
    // A comment further down belongs to a definition.
    if (/[;{}]/.test(head.slice(0, block.index).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
      return null;
    const text = (block[1] ?? block[2] ?? '').replace(/^\s*(?:\*|\/\/)[ \t]?/gm, '').trim();
    const named = text.replace(
      /^(?:@?file(?:overview)?:?|package \w+|[\w.-]+\.\w+\s*[-–—:])\s*/i,
      '',
    );
    if (
      named !== text ||
      /^\s*(?:package|module)\b/m.test(
        head.slice(block.index + block[0].length, block.index + block[0].length + 40),
      )
    )
      return named.replace(/^\w+ (?=provides|implements|defines|contains)/, '');
  }
  return null;
}
