/** What a trajectory is, in one look: its name and numbers, the ribbon, and where the reader is. */
import type { LogView, TrajectoryView } from '../../api.ts';
import { bitsPerByte, count, plural, saved, share } from '../frame/numbers.ts';
import { Plain } from '../frame/parts.tsx';
import type { FilePart } from './blocks.ts';
import { Ribbon } from './ribbon.tsx';

export interface OverviewProps {
  readonly trajectory: TrajectoryView;
  readonly log: LogView;
  readonly segment: number;
  readonly file: FilePart | null;
  readonly showsHeat: boolean;
  readonly go: (segment: number) => void;
}

export function Overview(props: OverviewProps) {
  const { trajectory, log, segment, file, showsHeat, go } = props;
  const { name, episode, origin, commit, licence, tokens, trainedTokens, search } = trajectory;
  const [place] = trajectory.places;
  return (
    <header class="overview">
      <p class="title">
        <strong>
          <Plain text={name} />
        </strong>
        {episode !== null && (
          <span class="chip">
            episode {episode.number} of {episode.of}
          </span>
        )}
        <span class="note">{count(tokens)} tokens</span>
        <span class="note">{share(trainedTokens, tokens)} trained</span>
        <span class="note">
          <Plain text={licence} />
        </span>
        {search !== null && (
          <span class="note">
            {bitsPerByte(search.bitsBefore, search.targetBytes)} →{' '}
            {bitsPerByte(search.bitsAfter, search.targetBytes)} bits per byte{' '}
            <span class="gain">{saved(search.bitsBefore, search.bitsAfter)}</span>
          </span>
        )}
        {!trajectory.isWhole && (
          <span class="note" role="status">
            reading on …
          </span>
        )}
        <span class="note where">
          <Plain text={commit === null ? origin : `${origin} @ ${commit.slice(0, 10)}`} />
        </span>
        {place !== undefined && (
          <span class="note where">
            {plural(trajectory.places.length, 'piece')}, the first in pack {place.pack} of{' '}
            {place.shard}
          </span>
        )}
      </p>
      <Ribbon trajectory={trajectory} segment={segment} go={go} />
      <p class="legend">
        <Key tone="setup" name="plan" />
        <Key tone="read" name="read" />
        <Key tone="think" name="think" />
        <Key tone="write" name="write" />
        <span class="note">tall: trained, low: masked</span>
        {showsHeat && (
          <span class="note">
            bars: bits of each line by the byte model, given the document so far;{' '}
            <span class="gain">what the thought saved</span>
          </span>
        )}
        <span class="here">{file !== null && <Plain text={file.path} />}</span>
      </p>
      {log.why !== null && (
        <p class="note">Searches and dependencies are not shown, because {log.why}.</p>
      )}
    </header>
  );
}

function Key({ tone, name }: { readonly tone: string; readonly name: string }) {
  return (
    <span class="key">
      <span class="swatch" data-tone={tone} aria-hidden="true" />
      {name}
    </span>
  );
}
