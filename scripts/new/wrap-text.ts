/** Prose wraps by hand here, so a paragraph that grows is wrapped again. */

/** Below the 130 that test/tidy/size.test.ts allows, as people wrap it. */
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
