/** The thoughts about one file and its code, in two data sets beside each other. */
import { useEffect, useState } from 'preact/hooks';
import type { SampleRow, SegmentText, TrajectoryView } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import { plural } from '../frame/numbers.ts';
import { Link, Plain, Waiting } from '../frame/parts.tsx';
import { withParameters } from '../frame/route.ts';
import { go, outputs, route } from '../frame/state.ts';
import { useAnswer } from '../frame/use-answer.ts';
import { filesOf } from '../trajectory/blocks.ts';
import { linesOf } from '../trajectory/lines/text-lines.ts';

export interface SideProps {
  readonly name: string;
  readonly path: string;
  readonly outs: readonly [number, number];
}

export function SideBySide({ name, path, outs }: SideProps) {
  return (
    <div class="sides">
      {outs.map((out, side) => (
        <Side key={`${side} ${out}`} name={name} path={path} out={out} choose={side === 0} />
      ))}
    </div>
  );
}

interface OneSide {
  readonly name: string;
  readonly path: string;
  readonly out: number;
  /** Whether the files are chosen on this side. */
  readonly choose: boolean;
}

function Side({ name, path, out, choose }: OneSide) {
  const { value: rows } = useAnswer<SampleRow[]>('named', { out: String(out), name });
  const id = rows?.[0]?.id ?? null;
  const question = { out: String(out), id: id ?? '' };
  const { value } = useAnswer<TrajectoryView>(id === null ? null : 'trajectory', question);
  const label = outputs.value[out]?.label ?? '';
  const files = value === null ? [] : filesOf(value.segments);
  const file = files.find((each) => each.path === path) ?? (path === '' ? files[0] : undefined);
  return (
    <section class={choose ? 'side one' : 'side two'} aria-label={label}>
      <h3>
        <Plain text={label} />
      </h3>
      {rows !== null && rows.length === 0 && <p class="note">It has no repository {name}.</p>}
      {rows === null || (id !== null && value === null) ? <Waiting /> : null}
      {choose && files.length > 0 && (
        <select
          aria-label="File"
          value={file?.path ?? ''}
          onChange={({ currentTarget }) =>
            go(withParameters(route.value, { path: currentTarget.value }))
          }
        >
          {files.map((each) => (
            <option key={each.path} value={each.path}>
              {each.path}
            </option>
          ))}
        </select>
      )}
      {value !== null && file === undefined && <p class="note">It does not write this file.</p>}
      {value !== null && file !== undefined && (
        <>
          <p class="note">
            {plural(file.tokens.think, 'token')} of thought, {plural(file.tokens.write, 'token')} of
            code{' '}
            <Link to={{ view: 'trajectory', out, id: value.id, parameters: { file: file.path } }}>
              open
            </Link>
          </p>
          <Thoughts out={out} trajectory={value} from={file.from} to={file.to} />
        </>
      )}
    </section>
  );
}

interface ThoughtsProps {
  readonly out: number;
  readonly trajectory: TrajectoryView;
  readonly from: number;
  readonly to: number;
}

function Thoughts({ out, trajectory: { id, segments }, from, to }: ThoughtsProps) {
  const [texts, setTexts] = useState<readonly SegmentText[]>([]);
  useEffect(() => {
    let wanted = true;
    const range = { from: String(from), count: String(Math.min(500, to - from)) };
    ask<SegmentText[]>('texts', { out: String(out), id, ...range }).then(
      (found) => wanted && setTexts(found),
      () => wanted && setTexts([]),
    );
    return () => {
      wanted = false;
    };
  }, [out, id, from, to]);
  const isShown = (segment: number) => /think|write/.test(segments[segment]?.kind ?? '');
  const shown = texts.filter(({ segment }) => isShown(segment));
  const steps = segments.slice(from, to).filter((_, place) => isShown(from + place)).length;
  return (
    <>
      {shown.map((text) => (
        <Step key={text.segment} kind={segments[text.segment]?.kind ?? 'think'} text={text} />
      ))}
      {texts.length > 0 && shown.length < steps && (
        <p class="note">{plural(steps - shown.length, 'further step')}: open the trajectory.</p>
      )}
    </>
  );
}

/** More lines than anyone compares by eye; the trajectory has them all. */
const linesMax = 2_000;

function Step({ kind, text }: { readonly kind: string; readonly text: SegmentText }) {
  const lines = linesOf(text);
  const left = [
    ...(lines.length > linesMax ? [plural(lines.length - linesMax, 'further line')] : []),
    ...(text.cut.length > 0 ? [`the rest of ${plural(text.cut.length, 'long line')}`] : []),
  ];
  return (
    <>
      <pre class={`${kind} trained`}>
        <Plain text={lines.slice(0, linesMax).join('\n')} />
      </pre>
      {left.length > 0 && <p class="note">Not shown: {left.join(', ')}. Open the trajectory.</p>}
    </>
  );
}
