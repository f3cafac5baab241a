/**
 * The rate limit: the generic cell rate algorithm (ITU-T I.371). Each call moves the theoretical
 * arrival time by one spacing; a call is early when that time is further ahead than the burst.
 */

/** A burst may use up at once the calls that this much time allows. */
export const burstMs = 2_000;

export function spacingMs(callsPerMinute: number): number {
  return 60_000 / callsPerMinute;
}
