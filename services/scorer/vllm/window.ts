/**
 * Reads the values of a token window: a NumPy file in base64, float32, one row for each token of
 * the code. Pure.
 */
import { z } from 'zod';
import { UnusableAnswer } from '../unusable-answer.ts';

const answerSchema = z.object({ prompt_token_id_logprobs: z.base64() });
const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);

/** Nats of each token, in order. */
export function readWindow(answer: unknown, rows: number): number[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new UnusableAnswer('its answer has no "prompt_token_id_logprobs"');
  const file = Buffer.from(parsed.data.prompt_token_id_logprobs, 'base64');
  // Magic, two bytes of version, the length of a header of text (2 bytes, since version 2 four).
  const lengthBytes = (file[6] ?? 0) === 1 ? 2 : 4;
  const headerAt = 8 + lengthBytes;
  if (file.length < headerAt || !file.subarray(0, 6).equals(magic)) {
    throw new UnusableAnswer('its values are no NumPy file');
  }
  const end = headerAt + file.readUIntLE(8, lengthBytes);
  const header = file.toString('latin1', headerAt, end);
  const shape = /'shape':\s*\((\d+),\s*(\d*),?\)/.exec(header);
  const [count, width] = [Number(shape?.[1]), Number(shape?.[2] || 1)];
  if (!header.includes("'<f4'") || count !== rows || width !== 1) {
    throw new UnusableAnswer(`its values are ${header.trim()}, and ${rows} float32 were asked for`);
  }
  if (file.length !== end + 4 * rows) throw new UnusableAnswer('its values are cut');
  return Array.from({ length: rows }, (_unused, index) => file.readFloatLE(end + 4 * index));
}
