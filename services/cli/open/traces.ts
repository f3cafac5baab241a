/** Opens traces where the user's environment names an address for them. */
import manifest from '../../../package.json' with { type: 'json' };
import { traceSettings } from '../../runtime/watch/traces/settings.ts';
import { noTraces, type Traces } from '../../runtime/watch/traces/traces.ts';
import type { CommandContext } from '../context.ts';

const keyName = /auth|key|token|secret|cookie|password|credential/i;
const keyValue = /^(?=.*\d)(?=.*[A-Za-z])\S{16,}$/;

/** A learnt secret is blanked in every answer too, so the name of a team or a tenant is none. */
const isKey = ([name, value]: readonly [string, string]) =>
  keyName.test(name) || keyValue.test(value);

/** The SDK is loaded only where somebody wants traces. Keys among the headers become secrets. */
export async function openTraces(
  { environment, redactor }: CommandContext,
  dataset: string,
  tell: (trouble: string) => void,
): Promise<Traces> {
  const settings = traceSettings(environment);
  if (settings === null) return noTraces;
  for (const [, value] of Object.entries(settings.headers).filter(isKey)) {
    redactor.learn(value);
    // `Bearer KEY`: the key is a secret by itself.
    redactor.learn(/^\w+ (\S+)$/.exec(value)?.[1]);
  }
  const { openOtlpTraces } = await import('../../runtime/watch/traces/otlp.ts');
  const { version } = manifest;
  return openOtlpTraces(settings, { dataset, version, tell, hide: redactor.hide });
}
