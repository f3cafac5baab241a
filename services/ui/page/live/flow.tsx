/** The graph of stages and topics, with what moves through it. */
import type { TopicLook } from '../../live/view.ts';
import { count, plural, rate, short } from '../frame/numbers.ts';
import { type LiveStage, layoutOf, type TopicRail } from './layout.ts';
import { Sparkline } from './sparkline.tsx';

export interface FlowProps {
  readonly stages: readonly LiveStage[];
  readonly topics: readonly TopicLook[];
}

export function Flow({ stages, topics }: FlowProps) {
  const { links, rails } = layoutOf(
    stages,
    topics.map(({ topic }) => topic),
  );
  const most = Math.max(1, ...stages.map(({ waiting }) => waiting ?? 0));
  const lookOf = (topic: string) => topics.find((each) => each.topic === topic);
  return (
    <ol class="flow" style={{ '--stages': stages.length }}>
      {stages.map((stage, place) => (
        <li
          key={stage.stage}
          class="stage"
          data-state={stateOf(stage)}
          style={columns(2 * place + 1, 2 * place + 3)}
        >
          <StageCard stage={stage} queueShare={(stage.waiting ?? 0) / most} />
        </li>
      ))}
      {links.map(({ topic, at }) => (
        <li
          key={topic}
          class={`link ${(stages[at]?.perSecond ?? 0) > 0 ? 'flowing' : ''}`}
          style={{ ...columns(2 * at + 2, 2 * at + 4), '--order': at }}
        >
          <TopicPill topic={topic} look={lookOf(topic)} />
        </li>
      ))}
      {rails.map((rail) => (
        <Rail key={rail.topic} rail={rail} look={lookOf(rail.topic)} />
      ))}
    </ol>
  );
}

function columns(from: number, to: number) {
  return { '--from': from, '--to': to };
}

function stateOf({ paused, inFlight, perSecond, ended }: LiveStage): string {
  if (paused) return 'paused';
  if ((ended?.dead_letter ?? 0) > 0) return 'bad';
  return (inFlight ?? 0) > 0 || (perSecond ?? 0) > 0 ? 'busy' : 'idle';
}

interface StageProps {
  readonly stage: LiveStage;
  /** Its queue beside the longest one. */
  readonly queueShare: number;
}

function StageCard({ stage, queueShare }: StageProps) {
  const { waiting, inFlight, done, busy, paused } = stage;
  return (
    <>
      <h2 title={stage.does}>
        {stage.stage} {paused && <span class="chip">paused</span>}
      </h2>
      <p class="rate">
        <strong>{rate(stage.perSecond)}</strong>
        <Sparkline values={stage.recent} label={`${stage.stage}, records in a second`} />
      </p>
      <dl>
        <dt>waiting</dt>
        <dd>{waiting === null ? '–' : short(waiting)}</dd>
        <dt>in work</dt>
        <dd>{inFlight === null ? '–' : count(inFlight)}</dd>
        <dt>done</dt>
        <dd>{short(done)}</dd>
        <dt title="handlers at work at once, on average">busy</dt>
        <dd>{busy === null ? '–' : busy.toFixed(1)}</dd>
      </dl>
      <Troubles stage={stage} />
      <span class="queue" aria-hidden="true">
        <span style={{ width: `${queueShare * 100}%` }} />
      </span>
    </>
  );
}

/** What did not go on, by how it ended; nothing where all did. */
const troubles = [
  ['dead_letter', 'dead', 'bad'],
  ['crashed', 'crashed', 'bad'],
  ['retried', 'tried again', ''],
  ['dropped', 'left out', ''],
] as const;

function Troubles({ stage: { ended } }: { readonly stage: LiveStage }) {
  const found = troubles.filter(([how]) => (ended?.[how] ?? 0) > 0);
  if (found.length === 0) return null;
  return (
    <p class="troubles">
      {found.map(([how, name, kind]) => (
        <span key={how} class={`chip ${kind}`}>
          {count(ended?.[how] ?? 0)} {name}
        </span>
      ))}
    </p>
  );
}

interface PillProps {
  readonly topic: string;
  readonly look: TopicLook | undefined;
}

function TopicPill({ topic, look }: PillProps) {
  const { records = 0, dead = 0 } = look ?? {};
  return (
    <span class="topic" title={plural(records, 'record')}>
      <span class="name">{topic}</span> <span class="number">{short(records)}</span>
      {dead > 0 && <span class="chip bad">{count(dead)} dead</span>}
    </span>
  );
}

interface RailProps {
  readonly rail: TopicRail;
  readonly look: TopicLook | undefined;
}

/** Cards and links stand above. */
const firstRow = 3;

function Rail({ rail, look }: RailProps) {
  const { topic, writers, readers, from, to, row } = rail;
  const alone = from === to;
  const across = alone ? columns(2 * from + 1, 2 * from + 3) : columns(2 * from + 2, 2 * to + 2);
  const left = (place: number) => ({ left: `${((place - from) / Math.max(1, to - from)) * 100}%` });
  return (
    <li class={`rail ${alone ? 'alone' : ''}`} style={{ ...across, '--row': firstRow + row }}>
      {!alone &&
        writers.map((place) => <span key={`w${place}`} class="from" style={left(place)} />)}
      {!alone && readers.map((place) => <span key={`r${place}`} class="to" style={left(place)} />)}
      <TopicPill topic={topic} look={look} />
    </li>
  );
}
