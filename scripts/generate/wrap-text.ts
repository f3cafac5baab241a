/** Wraps generated prose as people wrap the rest of the document. */

/** The usual width of prose here; test/tidy/size.test.ts allows 130 columns. */
const columnsMax = 125;

export function wrapText(paragraph: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columnsMax) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}
