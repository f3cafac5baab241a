/** Runs the real discover stage on a scripted GitHub, in the smallest graph around it. */
import type { ClientSettings } from '../../../../../services/code-host/github/client.ts';
import { openGitHub } from '../../../../../services/code-host/github/github.ts';
import type { CodeHost } from '../../../../../services/ports/code-host.ts';
import { systemClock } from '../../../../../services/runtime/clock.ts';
import { drop } from '../../../../../services/runtime/outcomes.ts';
import { discoverKnobs } from '../../../../../services/stages/discover/config.ts';
import { discover } from '../../../../../services/stages/discover/stage.ts';
import { endings, runSmallGraph, type SmallGraph } from '../../../runtime/small-graph.ts';

export type HostOptions = Partial<Omit<ClientSettings, 'baseUrl'>>;

/** Patient with quotas and impatient with failures, so that tests take no minutes. */
export function openHost(url: string, options: HostOptions = {}): CodeHost {
  const settings = {
    ...{ baseUrl: url, tokens: [], perMinuteMax: 1_000_000, waitMsMax: 60_000 },
    ...{ patienceMs: 0, retryBaseMs: 1, limitedMs: 50 },
    ...options,
  };
  return openGitHub(settings, { clock: systemClock, random: Math.random });
}

export interface HostedRun extends Pick<SmallGraph, 'faults' | 'signal'> {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly host: CodeHost;
  readonly knobs?: object;
}

/** Every repository that was found ends with the drop of the test's gate. */
export function runHosted({ folder, sources, host, knobs = {}, ...rest }: HostedRun) {
  return runSmallGraph({
    ...rest,
    folder,
    names: [],
    inputHash: 'hosted',
    handle: async () => [drop('LICENCE_REFUSED', 'a test')],
    source: { stage: discover, knobs: discoverKnobs.parse({ ...knobs, sources }), codeHost: host },
  });
}

/** The names that were found, and how often. */
export function foundNames(folder: string): readonly string[] {
  return endings(folder)
    .map((line) => line.split(' '))
    .filter(([, , reason]) => reason === 'LICENCE_REFUSED')
    .map(([, name = '']) => name);
}
