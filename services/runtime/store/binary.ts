/** What makes a file binary: `discover` compares no such file, and `admit` leaves it out. Pure. */

/** As in git. */
const sniffBytes = 8_000;

/** Whether there is a NUL near the start. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, sniffBytes).includes(0);
}
