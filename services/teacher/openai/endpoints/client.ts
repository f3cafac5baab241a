/** The openai package's client, with every option passed: it would read missing ones elsewhere. */
import OpenAI from 'openai';
import { answerBytesMax, fetchWithin } from './fetch.ts';

export function openClient(baseUrl: string, apiKey: string | undefined, timeoutMs: number): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    fetch: fetchWithin(answerBytesMax),
    // Followed by itself, a redirect would take the texts to an address that nobody named.
    fetchOptions: { redirect: 'manual' },
  });
}
