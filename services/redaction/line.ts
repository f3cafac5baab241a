/**
 * Returns the part of a line before or after an index. The length is bounded, because one line may
 * hold a whole file.
 */

const charactersMax = 200;

export function lineBefore(text: string, index: number, most = charactersMax): string {
  const near = text.slice(Math.max(0, index - most), index);
  return near.slice(Math.max(near.lastIndexOf('\n'), near.lastIndexOf('\r')) + 1);
}

export function lineAfter(text: string, index: number, most = charactersMax): string {
  const near = text.slice(index, index + most);
  const end = near.search(/[\r\n]/);
  return end === -1 ? near : near.slice(0, end);
}
