/** Cards of the data set: what the search gained, what answers cost, and what it is made with. */
import { describeMaker, type MakerWords } from '../../../dataset/makers.ts';
import type { FunnelView, Totals } from '../../api.ts';
import { bitsPerByte, count, dollars, saved } from '../frame/numbers.ts';
import { Bars, Card, Fact } from '../frame/parts.tsx';
import { output } from '../frame/state.ts';

export interface SearchProps {
  readonly totals: Totals;
  readonly out: number;
}

export function SearchCard({ totals: { samples, search, lacks }, out }: SearchProps) {
  const lacking = lacks.map(({ what, count: size }) => ({
    name: `no ${what}`,
    size,
    text: count(size),
    to: { view: 'samples' as const, out, parameters: { lacking: '1' } },
  }));
  const title = { title: 'Search', aside: 'bits per byte of code' };
  if (samples === 0) {
    return (
      <Card {...title}>
        <p class="note">No document is known here.</p>
      </Card>
    );
  }
  return (
    <Card {...title}>
      {search === null ? (
        <p class="note">No file was searched.</p>
      ) : (
        <p class="change">
          {bitsPerByte(search.bitsBefore, search.targetBytes)} →{' '}
          <strong>{bitsPerByte(search.bitsAfter, search.targetBytes)}</strong>{' '}
          <span class="gain">{saved(search.bitsBefore, search.bitsAfter)}</span>
        </p>
      )}
      <h3>Written without</h3>
      {lacking.length === 0 ? (
        <p class="note">Nothing is missing.</p>
      ) : (
        <Bars rows={lacking} label="What documents were written without" />
      )}
    </Card>
  );
}

export interface CostProps {
  readonly view: FunnelView | null;
  readonly totals: Totals;
}

export function CostCard({ view, totals }: CostProps) {
  const cost = view?.found?.cost;
  if (cost === undefined) {
    const why = view === null ? ' yet' : `, because ${view.why}`;
    return (
      <Card title="Cost" aside="answers of the teacher">
        <p class="note">Not known here{why}.</p>
      </Card>
    );
  }
  const each = (cost.microDollars / Math.max(1, totals.tokens)) * 1e6;
  return (
    <Card title="Cost" aside="answers of the teacher">
      <dl class="facts">
        <Fact name="calls" text={count(cost.calls)} />
        <Fact name="tokens sent" text={count(cost.promptTokens)} />
        <Fact name="tokens received" text={count(cost.completionTokens)} />
        <Fact name="money" text={dollars(cost.microDollars)} />
        <Fact name="a million tokens" text={dollars(each)} />
      </dl>
    </Card>
  );
}

const words: MakerWords = {
  none: 'none: the search was off',
  noModel: ', not a language model',
  end: '',
  plain: (name) => name,
};

export function DescriptionCard({ totals }: { readonly totals: Totals }) {
  const now = output.value;
  return (
    <Card title="Made with">
      <dl class="facts">
        {totals.teachers.map((teacher) => (
          <Fact key={JSON.stringify(teacher)} name="teacher" text={describeMaker(teacher, words)} />
        ))}
        {totals.scorers.map((scorer) => (
          <Fact key={JSON.stringify(scorer)} name="scorer" text={describeMaker(scorer, words)} />
        ))}
        <Fact name="tokenizer" text={totals.tokenizer} />
        <Fact name="template" text={`${totals.template}, masking ${totals.masking}`} />
        <Fact name="context" text={`${count(totals.contextLength)} tokens`} />
        <Fact name="run" text={now?.runId ?? ''} />
        <Fact name="head" text={now?.head.slice(0, 16) ?? ''} />
        <Fact name="catalogue" text={now?.kept ?? ''} />
      </dl>
    </Card>
  );
}
