/** The data set at a glance: how much there is, of what, what was left out, and what it cost. */
import { useEffect } from 'preact/hooks';
import { shellWord } from '../../../dataset/printable.ts';
import type { FunnelView, Totals } from '../../api.ts';
import { bytes, count, figure, plural, share, short } from '../frame/numbers.ts';
import { Bars, Card, Figure, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { command, output, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';
import { CostCard, DescriptionCard, SearchCard } from './cards.tsx';
import { FunnelCard } from './funnel-card.tsx';
import { Histogram, ShareHistogram } from './histogram.tsx';
import { QualityCard } from './quality-card.tsx';

export function DatasetView() {
  const { out } = route.value;
  const { value: totals, problem } = useAnswer<Totals>('totals', { out: String(out) });
  const { value: funnel } = useAnswer<FunnelView>('funnel', { out: String(out) });
  const label = output.value?.label ?? '';
  useEffect(() => {
    command.value = `backstory report ${shellWord(label)}`;
    document.title = `${label} · backstory`;
  }, [label]);
  if (problem !== null) return <Trouble problem={problem} heading="Data set" />;
  if (totals === null) return <Waiting />;
  return (
    <>
      <h1>
        <Plain text={label.split('/').findLast((part) => part !== '') ?? label} />{' '}
        <span class="note">
          data set <Plain text={output.value?.dataset ?? ''} />
        </span>
      </h1>
      <Figures totals={totals} />
      <div class="cards">
        <FunnelCard view={funnel} out={out} />
        <LengthsCard totals={totals} out={out} />
        <LanguagesCard totals={totals} />
        <LicencesCard totals={totals} out={out} />
        <SearchCard totals={totals} out={out} />
        <CostCard view={funnel} totals={totals} />
        <DescriptionCard totals={totals} />
      </div>
      <QualityCard out={out} tokens={totals.tokens} />
    </>
  );
}

function Figures({ totals }: { readonly totals: Totals }) {
  const { samples, repositories, incomplete, files, tokens, trainedTokens, packs } = totals;
  const documents = plural(samples, 'document');
  return (
    <dl class="figures">
      <Figure
        label="repositories"
        value={figure(repositories)}
        note={incomplete === 0 ? documents : `${count(incomplete)} not whole yet`}
      />
      <Figure label="files" value={figure(files)} note={bytes(totals.textBytes)} />
      <Figure label="tokens" value={short(tokens)} note={count(tokens)} />
      <Figure label="trained" value={share(trainedTokens, tokens)} note={count(trainedTokens)} />
      <Figure label="packs" value={figure(packs)} note={plural(totals.shards, 'shard')} />
      <Figure
        label="padding"
        value={share(totals.paddingShare, 1)}
        note={`of ${count(totals.contextLength)} each`}
      />
    </dl>
  );
}

interface TotalsProps {
  readonly totals: Totals;
  readonly out: number;
}

function LengthsCard({ totals, out }: TotalsProps) {
  return (
    <Card title="Lengths" aside="tokens of a document">
      <Histogram histogram={totals.lengths} out={out} />
      <h3>Trained share</h3>
      <ShareHistogram counts={totals.trainedShares} />
    </Card>
  );
}

const shownMax = 12;

function LanguagesCard({ totals }: { readonly totals: Totals }) {
  const rows = totals.languages.map(({ name, bytes: size, files }) => ({
    name,
    size,
    text: `${bytes(size)} · ${plural(files, 'file')}`,
  }));
  return (
    <Card title="Languages" aside="bytes written">
      <Bars rows={rows.slice(0, shownMax)} label="Bytes by language" />
      {rows.length === 0 && <p class="note">No file is known here.</p>}
      <More rest={rows.length - shownMax} />
    </Card>
  );
}

function LicencesCard({ totals, out }: TotalsProps) {
  const rows = totals.licences.map(({ name, samples, tokens }) => ({
    name,
    size: tokens,
    text: `${short(tokens)} · ${plural(samples, 'document')}`,
    to: { view: 'samples' as const, out, parameters: { licence: name } },
  }));
  return (
    <Card title="Licences" aside="tokens">
      <Bars rows={rows.slice(0, shownMax)} label="Tokens by licence" />
      {rows.length === 0 && <p class="note">No document is known here.</p>}
      <More rest={rows.length - shownMax} />
    </Card>
  );
}

function More({ rest }: { readonly rest: number }) {
  return rest > 0 ? <p class="note">and {count(rest)} more</p> : null;
}
