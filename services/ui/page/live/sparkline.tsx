/** The last rates of a stage as a small line; its number stands beside it. */
export interface SparklineProps {
  readonly values: readonly number[];
  readonly label: string;
}

const [width, height] = [64, 20];
const pointsMin = 2;

export function Sparkline({ values, label }: SparklineProps) {
  if (values.length < pointsMin) return <span class="spark" />;
  const most = Math.max(...values, 1e-9);
  const step = width / (values.length - 1);
  const points = values.map(
    (value, place) =>
      `${(place * step).toFixed(1)},${(height - 1 - (value / most) * (height - 2)).toFixed(1)}`,
  );
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} />
      <polyline points={points.join(' ')} />
    </svg>
  );
}
