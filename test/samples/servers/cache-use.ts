/** Asks a server for one token and reads how much of the prompt it had in its cache. */
import type { ChatMessage } from '../../services/teacher/fake-openai-server.ts';

export interface CacheUse {
  readonly promptTokens: number;
  readonly cachedTokens: number;
}

export async function askForOneToken(
  baseUrl: string,
  messages: readonly ChatMessage[],
): Promise<CacheUse> {
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'smollm2', messages, max_tokens: 1 }),
  });
  if (!response.ok)
    throw new Error(`the server answered ${response.status}: ${await response.text()}`);
  const { usage } = (await response.json()) as {
    readonly usage: {
      readonly prompt_tokens: number;
      readonly prompt_tokens_details: { readonly cached_tokens: number };
    };
  };
  return {
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details.cached_tokens,
  };
}

/** Of all prompts together. */
export function shareOf(uses: readonly CacheUse[]): number {
  const sum = (field: keyof CacheUse) => uses.reduce((total, use) => total + use[field], 0);
  return sum('cachedTokens') / sum('promptTokens');
}
