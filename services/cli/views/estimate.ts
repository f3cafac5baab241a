/** What a run would ask and cost, as a table. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { Usage } from '../../../schemas/generated/types.ts';
import { printable } from '../../dataset/printable.ts';
import type { Style } from '../style.ts';
import { formatCount, formatDuration, formatTable, plural } from './format.ts';

/** What a run would ask. */
export interface Estimate {
  readonly repositories: { readonly found: number; readonly written: number };
  readonly usage: Usage;
  /** By the name of the form that is asked for. */
  readonly kinds: Readonly<Record<string, Usage>>;
  /** By the name of the repository. */
  readonly byRepository: Readonly<Record<string, Usage>>;
  /** Dollars of the same calls in batches. */
  readonly batchDollars: number;
  /** Where the prices are from; null: nobody named any. */
  readonly prices: string | null;
  readonly seconds: number;
}

/** Repositories in the list at most, the dearest first; `--json` has all of them. */
const repositoriesShownMax = 10;

export function drawEstimate(estimate: Estimate, style: Style): string[] {
  const { repositories, usage, kinds, byRepository, batchDollars, prices, seconds } = estimate;
  const priced = prices !== null;
  const row = (name: string, each: Usage) => [
    name,
    formatCount(each.calls),
    formatCount(each.promptTokens),
    formatCount(each.completionTokens),
    ...(priced ? [dollars(each.microDollars / 1e6)] : []),
  ];
  const head = ['', 'calls', 'prompt tokens', 'answer tokens', ...(priced ? ['cost'] : [])];
  const byName = Object.entries(kinds).sort(([a], [b]) => compareText(a, b));
  const dearest = Object.entries(byRepository).sort(
    ([a, left], [b, right]) => tokensOf(right) - tokensOf(left) || compareText(a, b),
  );
  const rest = dearest.length - repositoriesShownMax;
  return [
    '',
    ...formatTable([
      head.map((each) => style.bold(each)),
      ...byName.map(([name, each]) => row(name, each)),
      row(style.bold('in all'), usage),
    ]),
    '',
    ...formatTable([
      head.map((each) => style.bold(each)),
      ...dearest.slice(0, repositoriesShownMax).map(([name, each]) => row(printable(name), each)),
    ]),
    ...(rest > 0 ? [`  and ${rest} more; --json lists all`] : []),
    '',
    `${plural(repositories.written, 'repository', 'repositories')} of ${repositories.found} found. About ${formatDuration(seconds * 1_000)} at this speed of answers.`,
    priced
      ? `Prices: ${printable(prices)}. In batches (\`backstory batch\`): ${dollars(batchDollars)}.`
      : 'No price is known: set teacher.pricesFile, or teacher.dollarsPerMillionPromptTokens and …CompletionTokens.',
    'Tokens by the tokenizer of the output, answers of the usual length, every round of the search, no repairs, no cache of prompts.',
  ];
}

function tokensOf({ promptTokens, completionTokens }: Usage): number {
  return promptTokens + completionTokens;
}

function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 0.1 ? 4 : 2)}`;
}
