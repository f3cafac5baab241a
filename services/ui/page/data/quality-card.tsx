/**
 * The quality report. It reads every document, so an output that is large, or grows, waits until it
 * is asked for.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { QualitySection, QualityView } from '../../api.ts';
import { ask } from '../frame/ask.ts';
import { Card, Plain, Trouble, Waiting } from '../frame/parts.tsx';
import { edition, output } from '../frame/state.ts';

/** An output of so few tokens is measured at once. */
const tokensAtOnce = 3_000_000;
const lookEveryMs = 700;

export interface QualityProps {
  readonly out: number;
  readonly tokens: number;
}

export function QualityCard({ out, tokens }: QualityProps) {
  const [view, setView] = useState<QualityView | null>(null);
  const [clicks, setClicks] = useState(0);
  const seen = useRef(0);
  const isClosed = output.value?.closed === true;
  const start = isClosed && tokens > 0 && tokens <= tokensAtOnce;
  const state = edition.value;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const look = async (first: boolean) => {
      const parameters = { out: String(out), ...(first ? { start: '1' } : {}) };
      const now = await ask<QualityView>('quality', parameters).catch(() => null);
      if (left) return;
      setView(now);
      if (now?.state === 'measuring') timer = setTimeout(() => void look(false), lookEveryMs);
    };
    void look(start || clicks > seen.current);
    seen.current = clicks;
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [out, start, state, clicks]);
  return (
    <Card title="Quality of the thoughts">
      {tokens === 0 ? (
        <p class="note">No document is there yet.</p>
      ) : (
        <Body view={view} isClosed={isClosed} start={() => setClicks(clicks + 1)} />
      )}
    </Card>
  );
}

interface BodyProps {
  readonly view: QualityView | null;
  readonly isClosed: boolean;
  readonly start: () => void;
}

function Body({ view, isClosed, start }: BodyProps) {
  if (view === null) return <Waiting />;
  if (view.problem !== null) return <Trouble problem={view.problem} />;
  if (view.state === 'measuring') return <Waiting what="Measuring" />;
  if (view.state === 'idle') {
    return (
      <p>
        <button type="button" onClick={start}>
          Measure
        </button>{' '}
        <span class="note">It reads every document once.</span>
      </p>
    );
  }
  return (
    <>
      {!isClosed && (
        <p>
          <button type="button" onClick={start}>
            Measure again
          </button>{' '}
          <span class="note">The data set grows: this is of when it was measured.</span>
        </p>
      )}
      <div class="quality">
        {view.sections
          .filter(({ rows }) => rows.length > 0)
          .map((section) => (
            <Section key={section.title} section={section} />
          ))}
      </div>
    </>
  );
}

function Section({ section: { title, head, rows } }: { readonly section: QualitySection }) {
  return (
    <section>
      <h3>
        <Plain text={title} />
      </h3>
      <table>
        {head !== null && (
          <thead>
            <tr>
              {head.map((cell) => (
                <th key={cell} scope="col">
                  {cell}
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('\n')}>
              {row.map((cell, place) => (
                <td key={head?.[place] ?? String(place)}>
                  <Plain text={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
