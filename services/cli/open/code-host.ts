/**
 * Opens the code host for commands that read sources. Tokens come from the environment only, and go
 * only to the address that their owner named: of the usual variables to the address they are for.
 */
import { openGitHost } from '../../code-host/git/git-host.ts';
import { openGitHub } from '../../code-host/github/github.ts';
import { withAddresses } from '../../code-host/hosts.ts';
import type { CodeHost } from '../../ports/code-host.ts';
import type { ResolvedValues } from '../../registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { CommandContext } from '../context.ts';
import { keyVariables } from './settings.ts';

/** By GitHub's advice for limits that do not say how long they last. */
const limitedMs = 60_000;
const retryBaseMs = 1_000;

export function openConfiguredHost(
  context: CommandContext,
  { discover }: ResolvedValues,
  onWait: (ms: number) => void = () => {},
): CodeHost {
  const tokens = hostTokens(context.environment, discover.githubUrl);
  tokens.forEach(context.redactor.learn);
  const settings = {
    baseUrl: discover.githubUrl,
    tokens,
    perMinuteMax: discover.hostRequestsPerMinute,
    waitMsMax: discover.hostWaitMsMax,
    patienceMs: discover.hostPatienceMs,
    ...{ limitedMs, retryBaseMs },
  };
  const tools = { clock: systemClock, random: Math.random };
  return withAddresses(openGitHub(settings, { ...tools, onWait }), openGitHost(settings, tools));
}

/** Several tokens are separated by commas or blanks. */
export function hostTokens(
  environment: CommandContext['environment'],
  baseUrl: string,
): readonly string[] {
  const own = environment[keyVariables.codeHost] ?? '';
  if (own.trim() !== '' || !URL.canParse(baseUrl)) return split(own);
  const named = environment.GITHUB_API_URL ?? '';
  const place = URL.canParse(named) ? new URL(named) : new URL('https://api.github.com');
  const isTheirs = new URL(baseUrl).origin === place.origin;
  return isTheirs ? split(environment.GITHUB_TOKEN ?? environment.GH_TOKEN ?? '') : [];
}

function split(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,]+/).filter((token) => token !== ''))];
}
