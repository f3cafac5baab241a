/** Opens traces where the user's environment names an address for them. */
import manifest from '../../../package.json' with { type: 'json' };
import { traceSettings } from '../../runtime/watch/traces/settings.ts';
import { noTraces, type Traces } from '../../runtime/watch/traces/traces.ts';
import type { CommandContext } from '../context.ts';

/** The SDK is loaded only where somebody wants traces. Keys among the headers become secrets. */
export async function openTraces(
  { environment, redactor }: CommandContext,
  dataset: string,
  tell: (trouble: string) => void,
): Promise<Traces> {
  const settings = traceSettings(environment);
  if (settings === null) return noTraces;
  for (const value of Object.values(settings.headers)) redactor.learn(value);
  const { openOtlpTraces } = await import('../../runtime/watch/traces/otlp.ts');
  const { version } = manifest;
  return openOtlpTraces(settings, { dataset, version, tell, hide: redactor.hide });
}
