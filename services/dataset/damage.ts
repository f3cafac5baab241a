/**
 * Damage that a reader finds in an output. It is thrown as SHARD_CORRUPT with a message that names
 * the damaged file or sample. `verify` takes only the finding and adds the place itself.
 */
import type { ProvenanceLine } from '../../schemas/manifest.ts';
import { PipelineError } from '../runtime/errors.ts';

export interface Damage {
  /** The damaged file or sample. */
  readonly subject: string;
  /** What is wrong, as `verify` reports it for a shard or for a sample. */
  readonly finding: string;
  /** Where the damage is, if the finding leaves it out because `verify` names the place itself. */
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

/** For a sample whose tokens are not what its provenance says. */
export function damagedSample(
  { sampleId, name }: ProvenanceLine,
  finding: string,
  cause?: unknown,
): OutputDamage {
  const place = `sample ${sampleId} (${name})`;
  return new OutputDamage({ subject: sampleId, finding, place, cause });
}
