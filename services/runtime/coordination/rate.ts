/**
 * The rate limit: the generic cell rate algorithm (ITU-T I.371). Each call moves the theoretical
 * arrival time by one spacing; a call is too early if that time is further ahead than the burst.
 */

/** A burst may make at once all the calls that the rate allows in this time. */
export const burstMs = 2_000;

export function spacingMs(callsPerMinute: number): number {
  return 60_000 / callsPerMinute;
}
