/** Which drops are shown: server and copied page pick them alike. Pure. */
import type { DropPage, DropRow } from '../api.ts';

export interface DropFilter {
  readonly stage: string | null;
  readonly reason: string | null;
  readonly text: string;
}

export function pageOfDrops(
  drops: readonly DropRow[],
  filter: DropFilter,
  from: number,
  count: number,
): DropPage {
  const wanted = { ...filter, text: filter.text.toLowerCase() };
  const matched = drops.filter((drop) => isWanted(drop, wanted));
  return { matched: matched.length, from, rows: matched.slice(from, from + count) };
}

function isWanted(drop: DropRow, { stage, reason, text }: DropFilter): boolean {
  if (stage !== null && drop.stage !== stage) return false;
  if (reason !== null && drop.reason !== reason) return false;
  return `${drop.name}\n${drop.origin}\n${drop.detail}`.toLowerCase().includes(text);
}
