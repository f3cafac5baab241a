/** Rows and panels of a dashboard in the form that Grafana reads. */

/** Grafana divides a row into so many columns. */
const columns = 24;
const panelHeight = 8;

type Json = Readonly<Record<string, unknown>>;

export interface Panel {
  readonly title: string;
  /** What it shows, for the reader who points at it. */
  readonly about: string;
  /** Grafana's name of a unit. */
  readonly unit: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
  readonly kind?: 'timeseries' | 'stat';
  readonly stacked?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Closed rows are opened by a click, and ask nothing until then. */
  readonly closed?: boolean;
  readonly perLine: number;
}

/** The data source that is chosen at the head of the dashboard. */
export const dataSource = { type: 'prometheus', uid: '$datasource' };

/** Places rows below one another, and the panels of each side by side. */
export function layOut(rows: readonly Row[]): Json[] {
  const placed: Json[] = [];
  let y = 0;
  let id = 0;
  const nextId = () => {
    id += 1;
    return id;
  };
  for (const { title, panels, closed = false, perLine } of rows) {
    const rowPlace = { h: 1, w: columns, x: 0, y };
    const w = columns / perLine;
    const rowId = nextId();
    const inside = panels.map((panel, index) => {
      const at = { x: (index % perLine) * w, y: y + 1 + Math.floor(index / perLine) * panelHeight };
      return drawPanel(panel, nextId(), { h: panelHeight, w, ...at });
    });
    const row = { id: rowId, type: 'row', title, collapsed: closed, gridPos: rowPlace };
    placed.push({ ...row, panels: closed ? inside : [] }, ...(closed ? [] : inside));
    y += 1 + (closed ? 0 : Math.ceil(panels.length / perLine) * panelHeight);
  }
  return placed;
}

function drawPanel(panel: Panel, id: number, gridPos: Json): Json {
  const { kind = 'timeseries', stacked = false } = panel;
  const custom = stacked ? { fillOpacity: 30, stacking: { mode: 'normal', group: 'A' } } : {};
  return {
    id,
    type: kind,
    title: panel.title,
    description: panel.about,
    datasource: dataSource,
    gridPos,
    fieldConfig: { defaults: { unit: panel.unit, min: 0, custom }, overrides: [] },
    targets: panel.queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode('A'.charCodeAt(0) + index),
      datasource: dataSource,
      expr,
      legendFormat: legend,
    })),
  };
}
