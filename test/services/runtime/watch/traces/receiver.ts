/** A receiver of OTLP over HTTP on a socket of its own, which keeps the spans that it gets. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../../../samples/servers/listen.ts';

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Of the process that sent it. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface Receiver {
  /** The address for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly address: string;
  readonly spans: readonly Span[];
  readonly requests: readonly { readonly url: string; readonly headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

type Pairs = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'attributes' | 'resource'> & {
        readonly attributes: Pairs;
      })[];
    }[];
  }[];
}

const read = (pairs: Pairs) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]));

export async function startReceiver(): Promise<Receiver> {
  const spans: Span[] = [];
  const requests: { url: string; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(async (request, response) => {
    requests.push({ url: request.url ?? '', headers: request.headers });
    const { resourceSpans } = JSON.parse(await text(request)) as Sent;
    for (const part of resourceSpans) {
      const resource = read(part.resource.attributes);
      for (const span of part.scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ ...span, attributes: read(span.attributes), resource });
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  const own = await listen(server);
  return {
    address: own,
    ...{ spans, requests },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
