/**
 * The gates, in the order in which they are asked. A new gate needs a file in gates/ and a line
 * here; its knobs, its reasons and its row in the README are derived from this list.
 */
import type { undecodable, undecodableEvidence } from './archive/decode.ts';
import type { unpackReasons } from './archive/skips.ts';
import { binary } from './gates/binary.ts';
import { decontamination } from './gates/decontamination.ts';
import { generated } from './gates/generated.ts';
import { lfsPointer } from './gates/lfs-pointer.ts';
import { licence } from './gates/licence.ts';
import { lines } from './gates/lines.ts';
import { malware } from './gates/malware.ts';
import { nearDuplicates } from './gates/near-duplicates.ts';
import { optOut } from './gates/opt-out.ts';
import { privacy } from './gates/privacy.ts';
import { promptInjection } from './gates/prompt-injection.ts';
import { secrets } from './gates/secrets.ts';
import { size } from './gates/size.ts';
import { vendored } from './gates/vendored.ts';

export const gates = [
  optOut,
  vendored,
  binary,
  lfsPointer,
  generated,
  lines,
  malware,
  promptInjection,
  decontamination,
  nearDuplicates,
  licence,
  size,
  secrets,
  privacy,
] as const;

type AnyGate = (typeof gates)[number];

/** Turns a union of types into their intersection. */
type UnionToIntersection<Union> = (Union extends unknown ? (part: Union) => void : never) extends (
  whole: infer Whole,
) => void
  ? Whole
  : never;

/** The knobs of all gates, in the form in which the section `admit` lists them. */
export const gateKnobs = Object.assign(
  {},
  ...gates.map(({ knobs }) => knobs),
) as UnionToIntersection<AnyGate['knobs']>;

/** Every reason for which a file may be skipped. */
export type SkipReason =
  | (typeof unpackReasons)[number]
  | typeof undecodable
  | typeof undecodableEvidence
  | AnyGate['reasons'][number];
