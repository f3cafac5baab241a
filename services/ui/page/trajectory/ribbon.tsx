/**
 * The whole trajectory in one strip, as long as its tokens: what is trained stands tall, what is
 * masked is low, and the colour says what the agent does there. A click goes to the place.
 */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SegmentFacts, TrajectoryView } from '../../api.ts';
import { theme } from '../frame/theme.ts';
import { toneOf, tones } from './blocks.ts';

export interface RibbonProps {
  readonly trajectory: TrajectoryView;
  /** Where the reader is. */
  readonly segment: number;
  readonly go: (segment: number) => void;
}

export function Ribbon({ trajectory, segment, go }: RibbonProps) {
  const { segments, tokens, isWhole } = trajectory;
  const canvas = useRef<HTMLCanvasElement>(null);
  const starts = useMemo(() => startsOf(segments), [segments]);
  const total = Math.max(1, (isWhole ? starts.at(-1) : tokens) ?? 1);
  const { value } = theme;
  useEffect(() => {
    const paint = () => canvas.current !== null && draw(canvas.current, segments, starts, total);
    // It tells of the first size, too, once the page has been laid out.
    const watcher = new ResizeObserver(paint);
    if (canvas.current !== null) watcher.observe(canvas.current);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', paint);
    return () => {
      watcher.disconnect();
      dark.removeEventListener('change', paint);
    };
  }, [segments, value]);
  const goTo = (event: MouseEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const token = ((event.clientX - left) / width) * total;
    go(
      Math.max(
        0,
        starts.findLastIndex((start) => start <= token),
      ),
    );
  };
  return (
    <div class="ribbon" onClick={goTo} aria-hidden="true">
      <canvas ref={canvas} />
      <span class="here" style={{ left: `${((starts[segment] ?? 0) / total) * 100}%` }} />
    </div>
  );
}

/** Tokens before each segment, and all of them. */
function startsOf(segments: readonly SegmentFacts[]): number[] {
  const starts = [0];
  for (const { tokens } of segments) starts.push((starts.at(-1) ?? 0) + tokens);
  return starts;
}

function draw(
  canvas: HTMLCanvasElement,
  segments: readonly SegmentFacts[],
  starts: readonly number[],
  total: number,
): void {
  const ratio = devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio];
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  const style = getComputedStyle(canvas);
  const colours = new Map(
    tones.map((tone) => [tone, style.getPropertyValue(`--${tone}`)] as const),
  );
  for (const [place, { kind, trained, tokens }] of segments.entries()) {
    const tall = trained ? height : height * 0.4;
    pen.fillStyle = colours.get(toneOf(kind)) ?? '';
    const left = ((starts[place] ?? 0) / total) * width;
    pen.fillRect(left, height - tall, Math.max(0.5, (tokens / total) * width), tall);
  }
}
