/**
 * An answer in pieces: some servers and proxies stream although nobody asked for it. The pieces
 * make a completion only where the stream came to its end. Pure.
 */
import { z } from 'zod';
import { parseJson } from '../../runtime/json.ts';

const piece = z.object({
  error: z.unknown().optional(),
  usage: z.unknown().optional(),
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
            refusal: z.string().nullish(),
          })
          .nullish(),
      }),
    )
    .optional(),
});

/** A completion in the usual form; null for what is no stream, or one that broke off. */
export function readStream(text: string): unknown {
  const lines = text.split(/\r?\n/).filter((line) => line.startsWith('data:'));
  const message = { content: '', reasoning: '', refusal: '' };
  let finish: string | null = null;
  let usage: unknown = null;
  for (const line of lines) {
    const data = line.slice('data:'.length).trim();
    if (data === '[DONE]') break;
    const read = piece.safeParse(parseJson(data));
    if (!read.success) return null;
    if (read.data.error !== undefined && read.data.error !== null)
      return { error: read.data.error };
    usage = read.data.usage ?? usage;
    const choice = read.data.choices?.[0];
    finish = choice?.finish_reason ?? finish;
    message.content += choice?.delta?.content ?? '';
    message.reasoning += choice?.delta?.reasoning ?? choice?.delta?.reasoning_content ?? '';
    message.refusal += choice?.delta?.refusal ?? '';
  }
  return finish === null ? null : { choices: [{ finish_reason: finish, message }], usage };
}
