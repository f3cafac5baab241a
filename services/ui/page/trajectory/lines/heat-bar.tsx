/** Bits of one line of code as a bar, with what the thought before the code saved of them. */
import type { HeatView } from '../../../api.ts';

export interface HeatBarProps {
  readonly heat: HeatView;
  readonly line: number;
}

/** A line with more bits fills its bar: few do. */
const fullBits = 160;

export function HeatBar({ heat: { lines, why }, line }: HeatBarProps) {
  const [after, before] = lines[line] ?? [0, 0];
  if (why !== null) return <span class="heat" title={why} />;
  const width = (bits: number) => ({
    width: `${Math.min(1, Math.max(0, bits) / fullBits) * 100}%`,
  });
  const change = before - after;
  const said = `${after} bits, ${before} without the thought`;
  return (
    <span class="heat" title={said}>
      <span class="bits" style={width(Math.min(after, before))} />
      <span class={change >= 0 ? 'saved' : 'lost'} style={width(Math.abs(change))} />
    </span>
  );
}
