/**
 * Damage that a reader finds in an output. Everybody gets SHARD_CORRUPT with a message that names
 * the damaged file or sample; `verify` takes the finding alone and says itself where it was.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { PipelineError } from '../runtime/errors.ts';

export interface Damage {
  /** The damaged file or sample. */
  readonly subject: string;
  /** What is wrong, as `verify` reports it for a shard or for a sample. */
  readonly finding: string;
  /** What the finding leaves out because `verify` has said it already. */
  readonly place?: string;
  readonly cause?: unknown;
}

export class OutputDamage extends PipelineError {
  readonly finding: string;

  constructor({ subject, finding, place, cause }: Damage) {
    const message = place === undefined ? finding : `${place}: ${finding}`;
    super('SHARD_CORRUPT', `${message}; \`backstory verify\` tells more`, { subject, cause });
    this.finding = finding;
  }
}

/** The tokens of a sample are not what its provenance says. */
export function damagedSample(
  { sampleId, name }: ProvenanceLine,
  finding: string,
  cause?: unknown,
): OutputDamage {
  const place = `sample ${sampleId} (${name})`;
  return new OutputDamage({ subject: sampleId, finding, place, cause });
}
