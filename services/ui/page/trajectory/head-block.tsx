/** The head of a segment: what happens there, to which file, and whether it is trained. */
import type { Edge } from '../../../../schemas/generated/types.ts';
import type { Mark } from '../../../../schemas/marks.ts';
import type { FileSearch, SegmentFacts } from '../../api.ts';
import { bitsPerByte, bytes, count, plural, saved } from '../frame/numbers.ts';
import { Link, Plain } from '../frame/parts.tsx';
import { formatRoute, withParameters } from '../frame/route.ts';
import { copy, route } from '../frame/state.ts';
import { toneOf } from './blocks.ts';
import { RewriteView } from './rewrite.tsx';

export interface HeadProps {
  readonly facts: SegmentFacts;
  readonly segment: number;
  readonly isCurrent: boolean;
  /** The search of the file that the segment belongs to. */
  readonly search: FileSearch | undefined;
  readonly edges: readonly Edge[];
  /** Why something of the file is missing. */
  readonly lacks: readonly string[];
  readonly mark: Mark | undefined;
  /** Null where no mark may be made. */
  readonly onMark: (() => void) | null;
}

const names: Readonly<Record<SegmentFacts['kind'], string>> = {
  backstory: 'Trajectory',
  task: 'Task',
  requirements: 'Requirements',
  plan: 'Plan',
  file: 'File',
  read: 'Read',
  observe: 'Sees',
  think: 'Think',
  write: 'Write',
  done: 'Done',
};

export function HeadBlock(props: HeadProps) {
  const { facts, segment, isCurrent, search, lacks, mark, onMark } = props;
  const { kind, path, lines, trained, tokens, earlier } = facts;
  const isFile = kind === 'file';
  const range = lines === null ? '' : `:${lines[0]}–${lines[1]}`;
  const Title = isFile ? 'h2' : 'p';
  return (
    <div class={`head ${kind} ${isCurrent ? 'current' : ''}`} data-tone={toneOf(kind)}>
      <Title class="title">
        <span class="kind">{names[kind]}</span>
        {path !== null && (
          <span class="where">
            <Plain text={path} />
            {range}
          </span>
        )}
        {earlier && <span class="chip">written in an earlier episode</span>}
      </Title>
      <span class="facts">
        <span class={trained ? 'mask trained' : 'mask masked'}>
          {trained ? 'trained' : 'masked'}
        </span>
        <span class="note">{plural(tokens, 'token')}</span>
        {kind === 'write' && <span class="note">{bytes(facts.bytes)}</span>}
        {onMark !== null && (
          <button type="button" class="link" title="Mark this step (m)" onClick={onMark}>
            mark
          </button>
        )}
        <Permalink segment={segment} />
      </span>
      {mark !== undefined && (
        <p class="marked">
          <span class={`chip verdict ${mark.verdict}`}>{mark.verdict}</span>{' '}
          <Plain text={mark.note} />
        </p>
      )}
      {isFile && path !== null && <Dependencies path={path} edges={props.edges} />}
      {kind === 'think' && search !== undefined && <RewriteView search={search} />}
      {kind === 'write' && search !== undefined && <Score search={search} />}
      {lacks.map((lack) => (
        <p class="lack" key={lack}>
          <Plain text={lack} />
        </p>
      ))}
    </div>
  );
}

function Permalink({ segment }: { readonly segment: number }) {
  const to = withParameters(route.value, { step: String(segment), file: '' });
  const copyLink = () => void copy(new URL(formatRoute(to), location.href).href, 'Link');
  return (
    <button type="button" class="link" title="Copy a link to this step" onClick={copyLink}>
      #{count(segment)}
    </button>
  );
}

const shownMax = 6;

function Dependencies({ path, edges }: { readonly path: string; readonly edges: readonly Edge[] }) {
  const needs = edges.filter(({ from }) => from === path);
  const usedBy = edges.filter(({ to }) => to === path);
  return (
    <div class="dependencies">
      <Neighbours label="needs" edges={needs.map(({ to, kind }) => [to, kind])} />
      <Neighbours label="used by" edges={usedBy.map(({ from, kind }) => [from, kind])} />
    </div>
  );
}

interface NeighboursProps {
  readonly label: string;
  readonly edges: readonly (readonly [path: string, kind: string])[];
}

function Neighbours({ label, edges }: NeighboursProps) {
  if (edges.length === 0) return null;
  return (
    <p>
      <span class="note">{label}</span>
      {edges.slice(0, shownMax).map(([path, kind]) => (
        <Link key={`${path} ${kind}`} to={withParameters(route.value, { file: path, step: '' })}>
          <span title={kind}>
            <Plain text={path} />
          </span>
        </Link>
      ))}
      {edges.length > shownMax && (
        <span class="note">and {count(edges.length - shownMax)} more</span>
      )}
    </p>
  );
}

function Score({ search }: { readonly search: FileSearch }) {
  const { bitsBefore, bitsAfter, targetBytes, rewritten } = search;
  return (
    <p class="score note">
      {rewritten ? `${bitsPerByte(bitsBefore, targetBytes)} → ` : ''}
      {bitsPerByte(bitsAfter, targetBytes)} bits per byte given the thought
      {rewritten && <span class="gain"> {saved(bitsBefore, bitsAfter)}</span>}
    </p>
  );
}
