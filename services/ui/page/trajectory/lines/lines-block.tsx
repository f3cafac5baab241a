/** Lines of a segment: code with its line numbers and colours, prose with its names set apart. */
import { useState } from 'preact/hooks';
import { printable } from '../../../../dataset/printable.ts';
import type { HeatView, SegmentFacts, SegmentText, SegmentTokens } from '../../../api.ts';
import { ask } from '../../frame/ask.ts';
import { count } from '../../frame/numbers.ts';
import { Plain } from '../../frame/parts.tsx';
import { toneOf } from '../blocks.ts';
import { HeatBar } from './heat-bar.tsx';
import type { ColouredLine } from './highlight.ts';
import { linesOf, tokenLinesOf } from './text-lines.ts';

export interface LinesProps {
  readonly facts: SegmentFacts;
  /** Null while it is on its way. */
  readonly text: SegmentText | null;
  readonly colours: readonly ColouredLine[] | null;
  /** Where tokens end, if that shall be seen. */
  readonly tokens: SegmentTokens | null;
  /** Where the code surprises, if that shall be seen. */
  readonly heat: HeatView | null;
  readonly from: number;
  readonly to: number;
  readonly hidden: number;
  readonly place: LinePlace;
  readonly open: () => void;
}

/** What names the segment to the server. */
export interface LinePlace {
  readonly out: number;
  readonly id: string;
  readonly segment: number;
}

export function LinesBlock(props: LinesProps) {
  const { facts, text, heat, from, to, hidden, open } = props;
  const isCode = facts.kind === 'write' || facts.kind === 'observe';
  const first = facts.lines?.[0] ?? 1;
  const lines = text === null ? [] : linesOf(text).slice(from, to);
  const runs = runsOf(props, lines);
  const classes = ['lines', isCode ? 'code' : 'prose', facts.trained ? 'trained' : 'masked'];
  return (
    <div class={classes.join(' ')} data-tone={toneOf(facts.kind)}>
      {text === null && <div class="pending" style={{ height: `${(to - from) * 20}px` }} />}
      {runs.map((line, place) => (
        <div class="line" key={from + place}>
          {isCode && (
            <span class="no" aria-hidden="true">
              {first + from + place}
            </span>
          )}
          {heat !== null && <HeatBar heat={heat} line={from + place} />}
          <span class="text">
            <Runs line={line} />
            <Rest {...props} line={from + place} />
          </span>
        </div>
      ))}
      {hidden > 0 && (
        <button type="button" class="more" onClick={open}>
          {count(hidden)} more lines
        </button>
      )}
    </div>
  );
}

function runsOf(
  { facts, text, colours, tokens, from, to }: LinesProps,
  lines: readonly string[],
): readonly ColouredLine[] {
  if (tokens !== null && text !== null && text.cut.length === 0) {
    return tokenLinesOf(text, tokens).slice(from, to);
  }
  if (colours !== null) return lines.map((line, place) => colours[from + place] ?? [['', line]]);
  if (facts.kind === 'write' || facts.kind === 'observe') return lines.map((line) => [['', line]]);
  return lines.map(proseRuns);
}

/** Names in backticks are set apart. */
function proseRuns(line: string): ColouredLine {
  return line
    .split(/(`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part) => [part.startsWith('`') && part.length > 2 ? 'name' : '', part]);
}

function Runs({ line }: { readonly line: ColouredLine }) {
  if (line.length === 0) return <br />;
  return (
    <bdi dir="ltr">
      {line.map(([kind, text], place) =>
        kind === '' ? (
          printable(text)
        ) : (
          <span key={`${place} ${kind}`} class={`h-${kind}`}>
            {printable(text)}
          </span>
        ),
      )}
    </bdi>
  );
}

const partCharacters = 20_000;

/** The part of a long line that was not sent. */
function Rest({ text, line, place }: LinesProps & { readonly line: number }) {
  const [more, setMore] = useState('');
  const [, characters = 0] = text?.cut.find(([cut]) => cut === line) ?? [];
  if (text === null || characters === 0) return null;
  const shown = (linesOf(text)[line] ?? '').length;
  const rest = characters - shown - more.length;
  if (rest <= 0) return more === '' ? null : <Plain text={more} />;
  const showMore = async () => {
    const from = shown + more.length;
    const range = { from: String(from), to: String(from + partCharacters) };
    const question = {
      out: String(place.out),
      id: place.id,
      segment: String(place.segment),
      line: String(line),
      ...range,
    };
    const part = await ask<{ text: string }>('line', question);
    setMore((before) => before + part.text);
  };
  return (
    <>
      <Plain text={more} />
      <button type="button" class="more" onClick={() => void showMore()}>
        {count(rest)} more characters
      </button>
    </>
  );
}
