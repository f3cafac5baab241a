/**
 * Who may ask the server: the page that it serves itself, and nobody else. A page of another site
 * cannot reach it by a name of its own (the host is checked) nor make the browser ask (the browser
 * says where a request comes from). Beyond this machine's own address a token is needed. Pure.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Guard {
  /** Null where everyone on this machine may ask. */
  readonly token: string | null;
  readonly port: number;
  /** Hosts that a request may name; null for any, where a token is needed anyway. */
  readonly hosts: ReadonlySet<string> | null;
  /** Whether its page may change something, beyond reading; a token is then needed in any case. */
  readonly mayChange: boolean;
}

export interface Asked {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

export type Verdict = 'allowed' | 'wrong-method' | 'wrong-host' | 'other-site' | 'no-token';

/** Cookies are those of all ports: two servers of one machine must not take the other's. */
export function cookieName(port: number): string {
  return `backstory-ui-${port}`;
}

/** The names by which this machine calls itself. */
export function ownHosts(port: number): ReadonlySet<string> {
  return new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`));
}

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);
}

export function judge(guard: Guard, { method, headers }: Asked): Verdict {
  const isChange = guard.mayChange && method === 'POST';
  if (method !== 'GET' && method !== 'HEAD' && !isChange) return 'wrong-method';
  const host = headers.host?.toLowerCase() ?? '';
  if (guard.hosts !== null && !guard.hosts.has(host)) return 'wrong-host';
  const from = headers['sec-fetch-site'];
  if (from !== undefined && from !== 'same-origin' && from !== 'none') return 'other-site';
  const origin = headers.origin;
  // A browser names the origin of every change. A form of another site cannot send JSON.
  if (isChange && (origin === undefined || !isJson(headers))) return 'other-site';
  if (origin !== undefined && origin !== `http://${host}`) return 'other-site';
  if (guard.token === null) return isChange ? 'no-token' : 'allowed';
  return holdsToken(headers.cookie ?? '', guard) ? 'allowed' : 'no-token';
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json(?:;|$)/.test(headers['content-type'] ?? '');
}

function holdsToken(cookies: string, { token, port }: Guard): boolean {
  const name = `${cookieName(port)}=`;
  const given = cookies.split('; ').find((cookie) => cookie.startsWith(name));
  return given !== undefined && token !== null && isToken(given.slice(name.length), token);
}

/** Takes the same time whatever was given. */
export function isToken(given: string, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}

/** What the page may load, whoever serves it: only what lies beside it. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The headers of every answer: the page may load from its own server alone, and is in no frame. */
export const safetyHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': `${contentPolicy}; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
