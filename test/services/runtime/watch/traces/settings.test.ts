/** The standard variables of OpenTelemetry, as this program reads them. */
import { expect, test } from 'vitest';
import { traceSettings } from '../../../../../services/runtime/watch/traces/settings.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

test('without an address, or turned off, there are no traces', () => {
  expect(traceSettings({})).toBeNull();
  expect(traceSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeNull();
  expect(traceSettings({ ...endpoint, OTEL_SDK_DISABLED: 'true' })).toBeNull();
  expect(traceSettings({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' })).toBeNull();
});

test('the general address is a base, and that for traces is taken as it is', () => {
  expect(traceSettings(endpoint)?.url).toBe('http://collector:4318/v1/traces');
  const below = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://host/otlp/' };
  expect(traceSettings(below)?.url).toBe('https://host/otlp/v1/traces');
  const own = { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other/in' };
  expect(traceSettings(own)?.url).toBe('http://other/in');
});

test('headers, the name of the service and its attributes are lists of pairs', () => {
  const settings = traceSettings({
    ...endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=one%20two, tenant = a=b ',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'tenant=c',
    OTEL_SERVICE_NAME: 'crawl',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  expect(settings).toMatchObject({
    headers: { 'api-key': 'one two', tenant: 'c' },
    service: 'crawl',
    attributes: { 'deployment.environment.name': 'test' },
  });
});

test.each([
  [{}, 1],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }, 1],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, 0],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }, 0.25],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' }, 1],
])('%o traces this share of the repositories: %d', (variables, share) => {
  expect(traceSettings({ ...endpoint, ...variables })?.sampling).toBe(share);
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'nowhere' }, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
  [{ ...endpoint, OTEL_TRACES_SAMPLER: 'jaeger_remote' }, 'OTEL_TRACES_SAMPLER'],
  [
    { ...endpoint, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
    'OTEL_TRACES_SAMPLER_ARG',
  ],
  [
    { ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'secret-without-name' },
    'OTEL_EXPORTER_OTLP_HEADERS',
  ],
  [{ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'key=%zz' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
])('%o is refused by the name of the variable, without its value', (variables, subject) => {
  const refused = expect.objectContaining({ code: 'USAGE', subject });
  expect(() => traceSettings(variables)).toThrow(refused);
  expect(() => traceSettings(variables)).not.toThrow(/secret-without-name|%zz/);
});
