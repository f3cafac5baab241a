/** One trace for each repository of a real run, from where it was found to its shard. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stageNames } from '../../../../../schemas/topology.ts';
import { openTraces } from '../../../../../services/cli/open/traces.ts';
import { noTraces } from '../../../../../services/runtime/watch/traces/traces.ts';
import { greeter } from '../../../../samples/inputs/greeter.ts';
import { writeFiles } from '../../../../samples/write-files.ts';
import { type Captured, runLine } from '../../../cli/terminal.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const folder = mkdtempSync(join(tmpdir(), 'backstory-traces-'));
let receiver: Receiver;
let ran: Captured;

beforeAll(async () => {
  receiver = await startReceiver();
  mkdirSync(join(folder, 'empty'));
  for (const name of ['greeter', 'other']) {
    writeFiles(join(folder, name), { ...greeter, 'name.txt': `${name}\n` });
  }
  ran = await run('out', ['greeter', 'other', 'empty'], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.address,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=hidden-value',
    OTEL_SERVICE_NAME: 'crawl',
  });
});

afterAll(async () => {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

function run(out: string, names: readonly string[], environment: Record<string, string>) {
  const sources = names.map((name) => join(folder, name));
  const argv = ['run', ...sources, '--out', out, '--search', 'off', '--quiet'];
  return runLine(argv, { workingFolder: folder, environment });
}

const tracesOf = () => Map.groupBy(receiver.spans, ({ traceId }) => traceId);

test('each repository has one trace, in which every span but the root has its parent', () => {
  expect(ran.err).not.toContain('traces:');
  const traces = [...tracesOf().values()];
  expect(traces).toHaveLength(3);
  for (const spans of traces) {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(spans.length);
    const roots = spans.filter(({ parentSpanId = '' }) => parentSpanId === '');
    expect(roots.map(({ name }) => name)).toEqual(['discover']);
    for (const { parentSpanId = '' } of spans) {
      if (parentSpanId !== '') expect(ids).toContain(parentSpanId);
    }
  }
});

test('it leads through every stage to the shard that holds the repository', () => {
  const written = [...tracesOf().values()].filter((spans) => spans.length > 2);
  expect(written).toHaveLength(2);
  for (const spans of written) {
    const named = (name: string) => spans.filter((span) => span.name === name);
    for (const stage of stageNames) expect(named(stage), stage).not.toEqual([]);
    expect(named('simulate')).toHaveLength(Object.keys(greeter).length + 1);
    const [stored] = named('sink stored');
    expect(existsSync(join(folder, 'out', String(stored?.attributes['backstory.shard'])))).toBe(
      true,
    );
    for (const { attributes } of spans) {
      expect(attributes['backstory.repository']).toBe(spans[0]?.attributes['backstory.repository']);
    }
  }
});

test('spans lie in time, and the process and the key are told as the variables say', () => {
  const now = BigInt(Date.now()) * 1_000_000n;
  for (const { startTimeUnixNano, endTimeUnixNano } of receiver.spans) {
    expect(BigInt(startTimeUnixNano)).toBeLessThanOrEqual(BigInt(endTimeUnixNano));
    expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(now);
  }
  expect(receiver.requests[0]).toMatchObject({
    url: '/v1/traces',
    headers: { 'content-type': 'application/json', 'x-key': 'hidden-value' },
  });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(receiver.spans[0]?.resource).toMatchObject({
    'service.name': 'crawl',
    'service.version': version,
    'backstory.dataset': expect.any(String),
  });
});

test('a receiver that is away is told of once, and costs the run nothing', async () => {
  const closed = await startReceiver();
  await closed.close();
  const away = { OTEL_EXPORTER_OTLP_ENDPOINT: closed.address };
  const { exitCode, err } = await run('away', ['greeter'], away);
  expect([exitCode, err.match(/^traces: /gm)?.length]).toEqual([0, 1]);
  const bytes = (out: string) => readFileSync(join(folder, out, 'manifest/00000000.json'));
  await run('plain', ['greeter'], {});
  expect(bytes('away')).toEqual(bytes('plain'));
});

test('without an address nothing is opened', async () => {
  const context = { environment: {} } as Parameters<typeof openTraces>[0];
  expect(await openTraces(context, 'data', () => {})).toBe(noTraces);
});
