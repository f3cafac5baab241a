/**
 * Traces by OpenTelemetry's own SDK, sent as OTLP over HTTP to the address that the user's
 * environment names in the standard variables. The SDK is loaded only then. A receiver that is
 * slow or away costs spans, which is logged, and never a record.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { Envelope } from '../../../../schemas/generated/types.ts';
import type { StageName } from '../../../../schemas/topology.ts';
import type { EndedCall } from '../../../ports/calls.ts';
import { timeOfDayMs } from '../../clock.ts';
import type { ErrorCode } from '../../errors.ts';
import type { HandledAs } from '../metrics.ts';
import type { TraceSettings } from './settings.ts';
import { type OpenSpan, parentIdOf, rootIdOf, spanIdOf, type Traces, traceIdOf } from './traces.ts';

export interface TracedProcess {
  readonly dataset: string;
  readonly version: string;
  /** Takes what the SDK says of lost spans and of a receiver that does not answer. */
  readonly tell: (trouble: string) => void;
  /** Removes secrets from names that others chose. */
  readonly hide: (text: string) => string;
}

/** Spans that wait to be sent, about 1 kB each: a stage that is faster than the receiver. */
const waitingMax = 8192;
/** The end of a process waits for a receiver no longer than this. */
const patienceMs = 5000;
const troublesMax = 20;
const troubleCharactersMax = 500;

export function openOtlpTraces(settings: TraceSettings, process: TracedProcess): Traces {
  const { url, headers, sampling, service } = settings;
  const { dataset, version } = process;
  const hear = tellTroubles(process.tell);
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: patienceMs });
  const next = { traceId: '', spanId: '' };
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.version': version,
      ...settings.attributes,
      'backstory.dataset': dataset,
    }),
    sampler: samplerOf(sampling),
    // Both are set right before a span begins, in one synchronous step.
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: waitingMax,
        exportTimeoutMillis: patienceMs,
      }),
    ],
  });
  const tracer = provider.getTracer('backstory', version);
  // A receiver that takes nothing at the end is one more trouble, and no failure of the run.
  const shutdown = () => provider.shutdown().catch(hear);
  return traceWith(tracer, next, { ...process, shutdown });
}

/** The SDK tells an error as JSON with its stack. */
function wordsOf(said: unknown): string {
  if (said instanceof Error) return said.message;
  const [, message] = /"message":("(?:[^"\\]|\\.)*")/.exec(String(said)) ?? [];
  return message === undefined ? String(said) : String(JSON.parse(message));
}

/** Each trouble once: a receiver that is away fails every batch alike. Returns who hears them. */
function tellTroubles(tell: (trouble: string) => void): (...said: unknown[]) => void {
  const told = new Set<string>();
  const hear = (...said: unknown[]) => {
    const trouble = said.map(wordsOf).join(' ').slice(0, troubleCharactersMax);
    if (told.has(trouble) || told.size >= troublesMax) return;
    told.add(trouble);
    tell(`traces: ${trouble}`);
  };
  const quiet = () => {};
  const logger = { error: hear, warn: hear, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return hear;
}

/** By the trace's id alone, so that all processes take or leave the same repositories. */
function samplerOf(sampling: TraceSettings['sampling']): Sampler {
  if (sampling === 1) return new AlwaysOnSampler();
  return sampling === 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(sampling);
}

type Ids = { traceId: string; spanId: string };

interface Ended extends TracedProcess {
  readonly shutdown: () => Promise<void>;
}

function traceWith(tracer: Tracer, next: Ids, { dataset, hide, shutdown }: Ended): Traces {
  const within = new AsyncLocalStorage<SpanContext>();
  let calls = 0;
  /** Null begins a trace. */
  const start = (
    name: string,
    ids: Ids & { readonly parentId: string | null },
    startTime: number,
    attributes: Attributes,
    kind: SpanKind = SpanKind.INTERNAL,
  ) => {
    Object.assign(next, { traceId: ids.traceId, spanId: ids.spanId });
    const parent = ids.parentId === null ? ROOT_CONTEXT : remote(ids.traceId, ids.parentId);
    return tracer.startSpan(name, { startTime, attributes, kind }, parent);
  };
  const found: Traces['found'] = (envelope, subject, how, seconds) => {
    const now = timeOfDayMs();
    const ids = { traceId: traceIdOf(envelope), spanId: rootIdOf(envelope), parentId: null };
    const attributes = {
      ...attributesOf(envelope),
      'backstory.repository.name': hide(subject.name),
      'backstory.ended': how,
    };
    start(envelope.stage, ids, now - seconds * 1000, attributes, SpanKind.PRODUCER).end(now);
  };
  const begun = (stage: StageName, envelope: Envelope): OpenSpan => {
    const ids = {
      traceId: traceIdOf(envelope),
      spanId: spanIdOf(dataset, stage, envelope.id),
      parentId: parentIdOf(envelope),
    };
    const span = start(stage, ids, timeOfDayMs(), attributesOf(envelope), SpanKind.CONSUMER);
    let last: readonly [how: HandledAs, code: ErrorCode | undefined] | null = null;
    return {
      around: (work) => within.run(span.spanContext(), work),
      ended: (how, code) => {
        last = [how, code];
        span.addEvent(how, code === undefined ? {} : { 'backstory.code': code }, timeOfDayMs());
      },
      close: () => {
        if (last === null) return;
        const [how, code] = last;
        span.setAttribute('backstory.ended', how);
        if (code !== undefined) span.setAttribute('backstory.code', code);
        if (failed.has(how)) span.setStatus({ code: SpanStatusCode.ERROR, message: code ?? how });
        span.end(timeOfDayMs());
      },
    };
  };
  return {
    found,
    begun,
    stored: (stage, name, repositoryIds) => {
      const now = timeOfDayMs();
      for (const repositoryId of repositoryIds) {
        const about = { dataset, repositoryId };
        const spanId = spanIdOf(dataset, `${stage} stored`, `${repositoryId}/${name}`);
        const ids = { traceId: traceIdOf(about), spanId, parentId: rootIdOf(about) };
        const attributes = { 'backstory.repository': repositoryId, 'backstory.shard': name };
        start(`${stage} stored`, ids, now, attributes).end(now);
      }
    },
    calls: {
      ended: (call) => {
        const parent = within.getStore();
        // Work on no record, such as a check before the run, belongs to no repository.
        if (parent === undefined) return;
        calls += 1;
        const now = timeOfDayMs();
        const spanId = spanIdOf(dataset, `call ${calls} ${now}`, parent.spanId);
        const ids = { traceId: parent.traceId, spanId, parentId: parent.spanId };
        const begunAt = now - call.seconds * 1000;
        const span = start('teacher call', ids, begunAt, callAttributes(call), SpanKind.CLIENT);
        if (call.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
        span.end(now);
      },
      waited: () => {},
    },
    close: shutdown,
  };
}

const failed: ReadonlySet<HandledAs> = new Set(['rejected', 'retried', 'crashed']);

/** A parent that another process may have begun. */
function remote(traceId: string, spanId: string): Context {
  const parent = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

function attributesOf({ id, repositoryId, sourceSequence, attempt }: Envelope): Attributes {
  return {
    'backstory.repository': repositoryId,
    'backstory.record': id,
    'backstory.sequence': sourceSequence,
    'backstory.attempt': attempt,
  };
}

function callAttributes(call: EndedCall): Attributes {
  return {
    'gen_ai.usage.input_tokens': call.promptTokens,
    'gen_ai.usage.output_tokens': call.completionTokens,
    'backstory.cached_tokens': call.cachedTokens,
    'backstory.dollars': call.microDollars / 1e6,
  };
}
