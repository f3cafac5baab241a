/**
 * The rate limit: the generic cell rate algorithm (ITU-T I.371). Each call moves the theoretical
 * arrival time by one spacing; a call is early when that time is further ahead than the burst.
 */

/** Calls that come together may take what this long brings. */
export const burstMs = 2_000;

export function spacingMs(callsPerMinute: number): number {
  return 60_000 / callsPerMinute;
}
