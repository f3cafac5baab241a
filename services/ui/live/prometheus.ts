/**
 * Reads what the page needs of a process's `/metrics`: this program's own names, in the text format
 * of Prometheus. Other lines are passed over. Pure.
 */
import { measureName } from '../../runtime/watch/measures.ts';
import type { EndpointLook } from './view.ts';

export interface ProcessMetrics {
  readonly stages: ReadonlyMap<string, StageMetrics>;
  readonly endpoints: readonly EndpointLook[];
}

export interface StageMetrics {
  inFlight: number;
  busyMs: number;
  readonly ended: Record<string, number>;
}

const line = /^([a-z_]+)\{([^}]*)\} ([-+.\deE]+)$/;
const label = /([a-z]+)="((?:[^"\\]|\\.)*)"/g;

export function readMetrics(text: string): ProcessMetrics {
  const stages = new Map<string, StageMetrics>();
  const endpoints = new Map<string, { underWay: number; atOnceMax: number }>();
  const stageOf = (name: string) => {
    const known = stages.get(name) ?? { inFlight: 0, busyMs: 0, ended: {} };
    stages.set(name, known);
    return known;
  };
  const endpointOf = (name: string) => {
    const known = endpoints.get(name) ?? { underWay: 0, atOnceMax: 0 };
    endpoints.set(name, known);
    return known;
  };
  for (const each of text.split('\n')) {
    const [, name = '', labels = '', number = ''] = line.exec(each) ?? [];
    const value = Number(number);
    if (name === '' || !Number.isFinite(value)) continue;
    const { stage = '', ended = '', endpoint = '' } = labelsOf(labels);
    // Every way to end is there from the beginning; what never happened is not told.
    if (name === measureName('records_total') && value > 0) stageOf(stage).ended[ended] = value;
    if (name === measureName('records_in_flight')) stageOf(stage).inFlight = value;
    if (name === `${measureName('handle_seconds')}_sum`) stageOf(stage).busyMs += value * 1000;
    if (name === measureName('endpoint_calls')) endpointOf(endpoint).underWay = value;
    if (name === measureName('endpoint_calls_max')) endpointOf(endpoint).atOnceMax = value;
  }
  const looks = [...endpoints].map(([name, { underWay, atOnceMax }]) => ({
    ...{ name, underWay, atOnceMax },
    resting: atOnceMax === 0,
  }));
  return { stages, endpoints: looks };
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const plain = (value: string) =>
    value.replace(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
  return Object.fromEntries(
    [...text.matchAll(label)].map(([, name = '', value = '']) => [name, plain(value)]),
  );
}

/** Processes of one data set together; what two of them call is one endpoint. */
export function addMetrics(processes: readonly ProcessMetrics[]): ProcessMetrics {
  const stages = new Map<string, StageMetrics>();
  const endpoints = new Map<string, EndpointLook>();
  for (const process of processes) {
    for (const [name, { inFlight, busyMs, ended }] of process.stages) {
      const sum = stages.get(name) ?? { inFlight: 0, busyMs: 0, ended: {} };
      stages.set(name, sum);
      sum.inFlight += inFlight;
      sum.busyMs += busyMs;
      for (const [how, count] of Object.entries(ended)) {
        sum.ended[how] = (sum.ended[how] ?? 0) + count;
      }
    }
    for (const look of process.endpoints) {
      const { underWay = 0, atOnceMax = 0 } = endpoints.get(look.name) ?? {};
      endpoints.set(look.name, {
        name: look.name,
        underWay: underWay + look.underWay,
        atOnceMax: atOnceMax + look.atOnceMax,
        resting: atOnceMax + look.atOnceMax === 0,
      });
    }
  }
  return { stages, endpoints: [...endpoints.values()] };
}
