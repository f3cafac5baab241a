/**
 * What the scripted GitHub server has counted: requests by kind, quotas of each token in windows of
 * whole seconds, and what no client may do: send while it has no quota, or while it was told to
 * wait, or send a token to another address.
 */

export interface LedgerEntry {
  readonly kind: string;
  readonly path: string;
  readonly token: string;
  readonly status: number;
}

export interface Ledger {
  readonly entries: LedgerEntry[];
  /** Requests that came without quota, or before the time that the server had told to wait. */
  readonly offences: string[];
}

export interface Quota {
  readonly limit: number;
  readonly used: number;
  /** The second at which it is whole again. */
  readonly reset: number;
}

export interface Account {
  /** Counts one more; null if there is none left. */
  use(resource: 'core' | 'search'): Quota | null;
  look(resource: 'core' | 'search'): Quota;
  /** The server told to wait until then. */
  blockedUntilMs: number;
}

export function openAccount(
  limits: Readonly<Record<'core' | 'search', number>>,
  windowSeconds: number,
): Account {
  const windows = new Map<string, { start: number; used: number }>();
  const windowOf = (resource: 'core' | 'search') => {
    const second = Math.floor(Date.now() / 1000);
    const known = windows.get(resource);
    if (known !== undefined && second < known.start + windowSeconds) return known;
    // As on GitHub, a window begins with its first request.
    const fresh = { start: second, used: 0 };
    windows.set(resource, fresh);
    return fresh;
  };
  const look = (resource: 'core' | 'search') => {
    const { start, used } = windowOf(resource);
    return { limit: limits[resource], used, reset: start + windowSeconds };
  };
  return {
    blockedUntilMs: 0,
    look,
    use: (resource) => {
      const window = windowOf(resource);
      if (window.used >= limits[resource]) return null;
      window.used += 1;
      return look(resource);
    },
  };
}

/** How often each kind of request came. */
export function countKinds({ entries }: Ledger): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
