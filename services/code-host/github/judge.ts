/**
 * What an answer of the host means for the next step: taken as it is, tried again, or sent on.
 * Pure: by GitHub's documentation of its REST API, its best practices and its limits.
 */
import { shorten } from '../../ports/endpoint.ts';
import { readQuota, untilMs } from './quota.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Verdict =
  /** A word about what was asked, also that there is no such thing. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'moved'; readonly to: URL }
  /** May pass: the host is overloaded, or broken for a moment. */
  | { readonly kind: 'again'; readonly why: string; readonly afterMs: number }
  /** The token may send nothing for so long; null where the host does not say how long. */
  | { readonly kind: 'limited'; readonly why: string; readonly waitMs: number | null }
  /** The host does not know the token. */
  | { readonly kind: 'token'; readonly why: string };

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const passing: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504, 520, 522, 524]);
const limitWords = /rate limit|abuse|too many requests/i;

export function judge({ status, headers, body }: Answer, url: URL): Verdict {
  if (redirects.has(status)) return moved(headers.get('location'), url);
  const why = `${status} ${messageOf(body)}`.trim();
  if (status === 401) return { kind: 'token', why };
  if (status === 403 || status === 429) {
    const limited = limitOf(headers);
    const isLimit = limited !== null || status === 429 || limitWords.test(messageOf(body));
    return isLimit ? { kind: 'limited', why, waitMs: limited } : { kind: 'answer' };
  }
  if (passing.has(status)) return { kind: 'again', why, afterMs: retryAfterMs(headers) ?? 0 };
  return { kind: 'answer' };
}

function moved(location: string | null, from: URL): Verdict {
  if (location !== null && URL.canParse(location, from.href)) {
    const to = new URL(location, from);
    const isDowngrade = from.protocol === 'https:' && to.protocol !== 'https:';
    if (/^https?:$/.test(to.protocol) && !isDowngrade) return { kind: 'moved', to };
  }
  return { kind: 'again', why: 'a redirect to nowhere', afterMs: 0 };
}

/** How long the headers tell to wait; null if they tell of no limit. */
function limitOf(headers: Headers): number | null {
  const asked = retryAfterMs(headers);
  if (asked !== null) return asked;
  const quota = readQuota(headers);
  return quota !== null && quota.remaining <= 0 ? quota.resetsInMs : null;
}

/** How long the host asks to wait, in seconds or as a date; null where it asks for nothing. */
export function retryAfterMs(headers: Headers): number | null {
  const text = headers.get('retry-after');
  if (text === null) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const dateMs = Date.parse(text);
  return Number.isNaN(dateMs) ? null : untilMs(dateMs / 1000, headers);
}

/** The message of an error body; the host's text is quoted, shortened, in our messages. */
export function messageOf(body: Buffer): string {
  try {
    const { message } = JSON.parse(body.toString('utf8')) as { message?: unknown };
    return typeof message === 'string' ? shorten(message.replace(/\s+/g, ' '), 200) : '';
  } catch {
    // A page of a proxy, or nothing.
    return '';
  }
}
