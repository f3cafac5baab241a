/** Numbers and tables as people read them. Pure. */
import { stripVTControlCharacters } from 'node:util';

/** 1234567 as 1,234,567. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 file`, `2 files`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes in decimal units: 1.2 MB. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** 0.0731 as 7.3 %. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Milliseconds as 850 ms, 12.3 s, 4 min 05 s or 2 h 07 min. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Pads columns to their widest cell, without counting colour codes; leaves the last one ragged. */
export function formatTable(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const width = (cell: string) => stripVTControlCharacters(cell).length;
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell));
    });
  }
  return rows.map((row) => {
    const last = row.length - 1;
    const padded = row.map((cell, column) =>
      column === last ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
    );
    return padded.join(gap).trimEnd();
  });
}

/** Cuts a text to `width` characters; an ellipsis marks the cut. */
export function truncate(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}

/** Breaks prose at spaces to lines of at most `width`; a longer word stays whole. */
export function wrapProse(line: string, width: number): string[] {
  const lines: string[] = [];
  const indent = /^\s*/.exec(line)?.[0] ?? '';
  let current = indent;
  for (const word of line.trim().split(' ')) {
    const joined = current === indent ? current + word : `${current} ${word}`;
    if (joined.length <= width || current === indent) {
      current = joined;
      continue;
    }
    lines.push(current);
    current = indent + word;
  }
  return [...lines, current];
}
