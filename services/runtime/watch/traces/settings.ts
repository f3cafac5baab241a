/**
 * Whether traces are asked for, and where they go, by OpenTelemetry's standard variables. Only the
 * environment names the address: no file that a repository brings can send anything anywhere. Pure.
 */
import { PipelineError } from '../../errors.ts';

export interface TraceSettings {
  /** Where spans are posted. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The share of repositories that are traced. */
  readonly sampling: number;
  readonly service: string;
  /** Further attributes of this process. */
  readonly attributes: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Null unless an address is named, or where the environment turns traces off. */
export function traceSettings(environment: Environment): TraceSettings | null {
  const read = (name: string) => environment[`OTEL_${name}`]?.trim() ?? '';
  const isOff = read('SDK_DISABLED').toLowerCase() === 'true' || read('TRACES_EXPORTER') === 'none';
  const url = addressOf(read);
  if (isOff || url === null) return null;
  const protocol = read('EXPORTER_OTLP_TRACES_PROTOCOL') || read('EXPORTER_OTLP_PROTOCOL');
  // A receiver of OTLP over HTTP takes JSON wherever it takes protobuf.
  if (protocol.startsWith('grpc')) {
    throw refuse(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'traces are sent by http/json; name the port for HTTP, usually 4318',
    );
  }
  return {
    url,
    headers: pairsOf('OTEL_EXPORTER_OTLP_HEADERS', headersOf(read)),
    sampling: samplingOf(read('TRACES_SAMPLER'), read('TRACES_SAMPLER_ARG')),
    service: read('SERVICE_NAME') || 'backstory',
    attributes: pairsOf('OTEL_RESOURCE_ATTRIBUTES', read('RESOURCE_ATTRIBUTES')),
  };
}

type Read = (name: string) => string;

const headersOf = (read: Read) =>
  [read('EXPORTER_OTLP_HEADERS'), read('EXPORTER_OTLP_TRACES_HEADERS')].filter(Boolean).join(',');

/** The general address is a base; that for traces is taken as it is. */
function addressOf(read: Read): string | null {
  const own = read('EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = read('EXPORTER_OTLP_ENDPOINT');
  if (own === '' && base === '') return null;
  const name = `OTEL_EXPORTER_OTLP_${own === '' ? '' : 'TRACES_'}ENDPOINT`;
  const given = own === '' ? `${base.replace(/\/+$/, '')}/v1/traces` : own;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refuse(name, 'it is no address that begins with http:// or https://');
  }
  return url.href;
}

function samplingOf(sampler: string, argument: string): number {
  const kind = sampler.replace(/^parentbased_/, '');
  if (kind === '' || kind === 'always_on') return 1;
  if (kind === 'always_off') return 0;
  const share = argument === '' ? 1 : Number(argument);
  if (kind !== 'traceidratio') {
    throw refuse('OTEL_TRACES_SAMPLER', 'it is none of always_on, always_off, traceidratio');
  }
  if (!(share >= 0 && share <= 1)) {
    throw refuse('OTEL_TRACES_SAMPLER_ARG', 'it is no share between 0 and 1');
  }
  return share;
}

/** `name=value,name=value`, percent-encoded. */
function pairsOf(variable: string, text: string): Record<string, string> {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [name, value] = [
        part.slice(0, part.indexOf('=')).trim(),
        part.slice(part.indexOf('=') + 1),
      ];
      if (!part.includes('=') || name === '') throw refuse(variable, 'it is no list of name=value');
      try {
        return [decodeURIComponent(name), decodeURIComponent(value.trim())] as const;
      } catch {
        throw refuse(variable, 'its percent signs are no encoding');
      }
    }),
  );
}

/** The value may hold a key and is not quoted. */
function refuse(variable: string, why: string): PipelineError {
  return new PipelineError('USAGE', `${variable}: ${why}`, { subject: variable });
}
