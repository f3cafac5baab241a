/** The record that a dead letter carries, as a person reads it. */
import type { DeadLetterBody } from '../../../schemas/generated/types.ts';
import { isWhole } from '../../runtime/engine/try-again.ts';
import { unlessUnreadable } from '../../runtime/errors.ts';
import type { LetterView } from './view.ts';

const charactersMax = 100_000;

export async function recordOf(
  body: DeadLetterBody,
  decode: (payload: Uint8Array) => Promise<unknown>,
): Promise<Pick<LetterView, 'record' | 'why'>> {
  if (!isWhole(body)) return { record: null, why: 'it is larger than a dead letter carries' };
  const record = await unlessUnreadable(() => decode(Buffer.from(body.payload)));
  if (record === null) return { record, why: 'its bytes are no record of its topic' };
  return { record: describe(record), why: null };
}

/** Bytes are told by their number. */
function describe(record: unknown): string {
  const text = JSON.stringify(record, (_key, value: unknown) => plain(value), 2);
  if (text.length <= charactersMax) return text;
  return `${text.slice(0, charactersMax).toWellFormed()}\n… ${text.length} characters`;
}

function plain(value: unknown): unknown {
  const json = value as { type?: unknown; data?: unknown } | null;
  if (typeof value !== 'object' || json === null) return value;
  if (json.type === 'Buffer' && Array.isArray(json.data)) return `${json.data.length} bytes`;
  return value;
}
