/** How long a server asks to be left alone, in all the ways in which servers say so. Pure. */

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1s`, `6m0s`, `250ms`; null for anything else. */
function durationMs(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  if (parts.length === 0 || parts.map(([all]) => all).join('') !== text) return null;
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitsMs[unit ?? ''] ?? 0),
    0,
  );
}

/**
 * The wait in milliseconds, or null where the server names none. `message` is what it says in
 * words; `nowMs` is the time of day, against which a date is read where the server tells no time.
 */
export function retryAfterMs(headers: Headers, message: string, nowMs: number): number | null {
  const serverMs = Date.parse(headers.get('date') ?? '');
  const read = [
    readNumber(headers.get('retry-after-ms'), 1),
    readNumber(headers.get('retry-after'), 1_000),
    readDate(headers.get('retry-after'), Number.isNaN(serverMs) ? nowMs : serverMs),
    readResets(headers),
    readMessage(message),
  ];
  return read.find((ms) => ms !== null) ?? null;
}

function readNumber(text: string | null, unitMs: number): number | null {
  const trimmed = text?.trim() ?? '';
  const number = Number(trimmed.replace(/s$/, ''));
  return trimmed === '' || !Number.isFinite(number) || number < 0 ? null : number * unitMs;
}

function readDate(text: string | null, fromMs: number): number | null {
  const atMs = Date.parse(text ?? '');
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - fromMs);
}

/** Where a server counts several things, that which has run out, and comes back last. */
function readResets(headers: Headers): number | null {
  const waits = ['requests', 'tokens'].flatMap((what) => {
    const left = Number(headers.get(`x-ratelimit-remaining-${what}`) ?? Number.NaN);
    const ms = durationMs(headers.get(`x-ratelimit-reset-${what}`) ?? '');
    return left === 0 && ms !== null ? [ms] : [];
  });
  return waits.length === 0 ? null : Math.max(...waits);
}

function readMessage(message: string): number | null {
  const words = /(?:try again|retry) (?:in|after) ((?:\d+(?:\.\d+)?(?:ms|[smhd]))+)\b/i.exec(
    message,
  );
  const field = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?s)"/.exec(message);
  const spoken = /(?:try again|retry) (?:in|after) (\d+(?:\.\d+)?) (second|minute)s?/i.exec(
    message,
  );
  if (spoken !== null) return Number(spoken[1]) * (spoken[2] === 'minute' ? 60_000 : 1_000);
  return durationMs(words?.[1] ?? field?.[1] ?? '');
}
