/** The parsers of all languages, for extract's README. */
import { parsedRow } from '../../schemas/languages/languages.ts';
import { languages } from '../../services/stages/extract/languages/list.ts';
import { wrapText } from './wrap-text.ts';

/** Which library reads which languages; a notebook is read in the language of its cells. */
export function parserSentence(): string {
  const whole = languages.filter(({ parsing }) => !('excerpt' in parsing));
  const titles = (parser: string) => {
    const names = whole.filter(({ parsing }) => parsing.parser === parser).map(({ name }) => name);
    const all = names.map((name) => parsedRow(name).title);
    return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  };
  return wrapText(`tree-sitter reads ${titles('tree-sitter')}; oxc reads ${titles('oxc')}.`);
}
