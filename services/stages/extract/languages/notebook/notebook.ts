/**
 * Reads Jupyter notebooks as Python: the code cells in sequence, without outputs and IPython's own
 * commands. Definitions keep their lines in the .ipynb.
 */
import { objectOf, textOf } from '../json.ts';
import type { Excerpt, Language } from '../language.ts';
import { pythonParsing } from '../python/python.ts';
import { openPythonResolver } from '../python/resolve.ts';
import { codeCells } from './cells.ts';

export const notebook: Language = {
  name: 'notebook',
  parsing: { ...pythonParsing, excerpt: pythonOf },
  isManifest: () => false,
  openResolver: openPythonResolver,
};

function pythonOf(text: string): Excerpt | string {
  const kernel = kernelOf(text);
  if (kernel === null) return 'broken-notebook';
  if (!/^i?python/.test(kernel)) return `notebook-kernel: ${kernel.slice(0, 40)}`;
  const code: string[] = [];
  const lines: number[] = [];
  for (const cell of codeCells(text)) {
    const rows = cell.flatMap(({ text: part, line }) => rowsOf(part, line));
    const isForeign = /^%%(?!time|timeit|capture|prun)\w/.test(rows[0]?.text ?? '');
    for (const row of rows) {
      code.push(isForeign ? '' : withoutCommands(row.text));
      lines.push(row.line);
    }
  }
  return { text: `${code.join('\n')}\n`, lines };
}

/** Language of the notebook, lower case, Python by default; null when the text is no notebook. */
function kernelOf(text: string): string | null {
  try {
    const { metadata, cells, worksheets } = objectOf(JSON.parse(text));
    if (!Array.isArray(cells) && !Array.isArray(worksheets)) return null;
    const { kernelspec, language_info: info } = objectOf(metadata);
    const { name } = objectOf(info);
    const { language } = objectOf(kernelspec);
    return (textOf(name) || textOf(language) || 'python').toLowerCase();
  } catch {
    // Not JSON: the caller reports it.
    return null;
  }
}

/** The lines of a part: one, or all lines of a cell that stands in the file as one string. */
function rowsOf(text: string, line: number): { text: string; line: number }[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((row) => ({ text: row.replace(/\r$/, ''), line }));
}

/** Replaces `%magic`, `!command`, `help?` and `x = !command` so that no block becomes empty. */
function withoutCommands(row: string): string {
  if (/^\s*(?:%|!|\?)|^\s*[\w.]+\?{1,2}\s*$/.test(row)) return row.replace(/\S.*$/, 'pass');
  return row.replace(/^(\s*[\w., ]+=\s*)[!%]\s*[\w.].*$/, '$10');
}
