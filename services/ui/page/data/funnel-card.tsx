/** From the input to the shards: how many repositories came, and where the others ended. */
import type { FunnelView } from '../../api.ts';
import { count, plural } from '../frame/numbers.ts';
import { Bars, Card, Waiting } from '../frame/parts.tsx';

type Funnel = NonNullable<FunnelView['found']>;

export interface FunnelProps {
  readonly view: FunnelView | null;
  readonly out: number;
}

export function FunnelCard({ view, out }: FunnelProps) {
  return (
    <Card title="From input to shards" aside="repositories">
      {view === null ? <Waiting /> : <Body view={view} out={out} />}
    </Card>
  );
}

function Body({ view: { found, why }, out }: { readonly view: FunnelView; readonly out: number }) {
  if (found === null) {
    return <p class="note">What was left out is not known here, because {why}.</p>;
  }
  const early = found.drops.filter(({ stage }) => stage === 'discover');
  const sources = early.reduce((sum, drop) => sum + drop.count, found.found);
  const steps = [
    { name: 'sources', size: sources, text: count(sources) },
    { name: 'found', size: found.found, text: count(found.found) },
    { name: 'admitted', size: found.admitted, text: count(found.admitted) },
    {
      name: 'written',
      size: found.written,
      text: count(found.written),
      to: { view: 'samples' as const, out, parameters: {} },
    },
  ];
  return (
    <>
      <Bars rows={steps} label="Repositories by how far they came" />
      <Drops found={found} out={out} />
      <Skipped found={found} />
    </>
  );
}

function Drops({ found, out }: { readonly found: Funnel; readonly out: number }) {
  if (found.drops.length === 0) return <p class="note">No repository was dropped.</p>;
  const rows = found.drops.map(({ stage, reason, disposition, count: size }) => ({
    name: `${stage}: ${reason}${disposition === 'dead_letter' ? ' (dead letter)' : ''}`,
    size,
    text: count(size),
    to: { view: 'drops' as const, out, parameters: { stage, reason } },
  }));
  return (
    <>
      <h3>Dropped</h3>
      <Bars rows={rows} label="Dropped repositories by stage and reason" />
      {found.unlistedDrops > 0 && <p class="note">and {count(found.unlistedDrops)} more</p>}
    </>
  );
}

const reasonsMax = 8;

function Skipped({ found }: { readonly found: Funnel }) {
  const { skippedFiles, redactions, redactedFiles, marked, markedFiles } = found;
  const rows = skippedFiles.map(({ reason, count: size }) => ({
    name: reason,
    size,
    text: count(size),
  }));
  return (
    <>
      {rows.length > 0 && <h3>Files left out</h3>}
      {rows.length > 0 && (
        <Bars rows={rows.slice(0, reasonsMax)} label="Files left out by reason" />
      )}
      {redactions > 0 && (
        <p class="note">
          {count(redactions)} secrets and personal data replaced in {plural(redactedFiles, 'file')}
        </p>
      )}
      {markedFiles > 0 && (
        <p class="note">
          Pointed out and left in place, in {plural(markedFiles, 'file')}:{' '}
          {Object.entries(marked)
            .map(([kind, size]) => `${count(size)} × ${kind}`)
            .join(', ')}
        </p>
      )}
    </>
  );
}
