/** The list of all kinds of scorers. To add a kind, add its folder here and its line below. */
import type { Scorer } from '../ports/scorer.ts';
import type { ScorerAdapter, ScorerEnvironment } from './adapter.ts';
import { backstory } from './backstory/adapter.ts';
import { bytes } from './bytes/adapter.ts';
import { http } from './http/adapter.ts';
import { llama } from './llama/adapter.ts';
import type { ScorerSettings } from './settings.ts';
import { sglang } from './sglang/adapter.ts';
import { vllm } from './vllm/adapter.ts';

export const scorers = { bytes, backstory, http, llama, sglang, vllm } as const satisfies Record<
  string,
  ScorerAdapter
>;

export type ScorerKind = keyof typeof scorers;
export const scorerKinds = Object.keys(scorers) as ScorerKind[];

/** Nothing is contacted before the first score or check. The caller reads the environment. */
export function openScorer(
  { kind, ...settings }: ScorerSettings & { readonly kind: ScorerKind },
  environment: ScorerEnvironment,
): Promise<Scorer> {
  return scorers[kind].open(settings, environment);
}
