/**
 * The schema registry as the runtime needs it: a schema by its id, the id of our schema under a
 * subject, and registration with BACKWARD compatibility. The client's own `register` only checks
 * that level and sets it after the first schema, so a crash in between would break the next start:
 * here the level is set explicitly.
 */
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { PipelineError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { boundAnswer } from '../read-bounded.ts';
import { retryFailures } from '../retry.ts';

export interface RegistryOptions {
  /** Base URL of its Confluent-compatible API, e.g. http://127.0.0.1:8081/apis/ccompat/v7. */
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

export interface LatestSchema {
  readonly id: number;
  readonly version: number;
  /** Null for a schema that is not Avro. */
  readonly type: avro.Type | null;
}

/** Levels at which a newer reader can read all records. */
export const readingLevels: readonly string[] = [
  ...['BACKWARD', 'BACKWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'],
];

export interface Registry {
  readonly url: string;
  /** Null when there is no such id. REGISTRY_UNAVAILABLE when the registry does not answer. */
  schemaById(id: number): Promise<avro.Type | null>;
  /** Null when the subject does not have this schema. */
  idOf(subject: string, schema: string): Promise<number | null>;
  /** Null when there is no such subject. */
  latest(subject: string): Promise<LatestSchema | null>;
  /** Which changes of its schema the registry allows; null when there is no such subject. */
  levelOf(subject: string): Promise<string | null>;
  /** The time of day at the registry; null when it does not tell. */
  timeMs(): Promise<number | null>;
  /** SCHEMA_INCOMPATIBLE when the new schema could not read the subject's records. */
  register(subject: string, schema: string): Promise<number>;
  /** Null, or the problem in words. */
  check(): Promise<string | null>;
}

/** Retries of the client itself; it gives up after about a second, and callers wait longer. */
const retry = { retries: 2, initialRetryTimeInSecs: 0.1, maxRetryTimeInSecs: 1 };
const answerMsMax = 10_000;
const answerBytesMax = 16 * 1024 * 1024;

export function openSchemaRegistry({ url, auth }: RegistryOptions): Registry {
  const client = new SchemaRegistry({
    host: url,
    retry,
    ...(auth === undefined ? {} : { auth }),
  });
  const authorization =
    auth === undefined
      ? {}
      : {
          authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`,
        };
  const askOnce = (path: string, method = 'GET', body?: unknown) =>
    fetch(`${url}${path}`, {
      method,
      headers: { ...authorization, 'content-type': 'application/vnd.schemaregistry.v1+json' },
      signal: AbortSignal.timeout(answerMsMax),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const request = (...asked: Parameters<typeof askOnce>) =>
    unlessBusy(async () => {
      const response = await askOnce(...asked);
      const { status } = response;
      if (!isBusyStatus(status)) return response;
      await response.body?.cancel();
      throw Object.assign(new Error(`${asked[0]} gave ${status}`), { status });
    });
  /** Null when there is no such thing. */
  const json = async <Answer>(path: string, answer: z.ZodType<Answer>): Promise<Answer | null> => {
    const response = await asked(url, () => request(path));
    if (response.status === 404) return null;
    if (!response.ok) throw unavailable(url, `${path} gave ${response.status}`);
    const text = await asked(url, () => boundAnswer(response, answerBytesMax).text());
    const parsed = answer.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    throw unavailable(url, `${path} gave another answer than the API's: ${parsed.error.message}`);
  };
  /** False when the subject does not exist yet. */
  const requireBackward = async (subject: string): Promise<boolean> => {
    const path = `/config/${encodeURIComponent(subject)}`;
    const response = await asked(url, () => request(path, 'PUT', { compatibility: 'BACKWARD' }));
    if (response.ok || response.status === 404) return response.ok;
    throw unavailable(url, `setting the compatibility of ${subject} gave ${response.status}`);
  };
  return {
    url,
    schemaById: (id) =>
      orNull(url, () => unlessBusy(() => client.getSchema(id) as Promise<avro.Type>)),
    idOf: (subject, schema) =>
      orNull(url, () =>
        unlessBusy(() => client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })),
      ),
    latest: async (subject) => {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/latest`;
      const found = await json(path, latestAnswer);
      return found === null
        ? null
        : { id: found.id, version: found.version, type: avroTypeOf(found) };
    },
    levelOf: async (subject) => {
      const own = await json(`/config/${encodeURIComponent(subject)}`, levelAnswer);
      return (own ?? (await json('/config', levelAnswer)))?.compatibilityLevel ?? null;
    },
    timeMs: async () => {
      const { headers } = await asked(url, () => askOnce('/subjects'));
      const ms = Date.parse(headers.get('date') ?? '');
      return Number.isNaN(ms) ? null : ms;
    },
    register: async (subject, schema) => {
      const existed = await requireBackward(subject);
      const { id } = await registered(url, subject, () =>
        unlessBusy(() => client.register({ type: SchemaType.AVRO, schema }, { subject })),
      );
      if (!existed && !(await requireBackward(subject))) {
        throw unavailable(url, `subject ${subject} is gone right after it was registered`);
      }
      return id;
    },
    check: async () => {
      try {
        const { ok, status } = await asked(url, () => askOnce('/subjects'));
        return ok ? null : `${url} answers ${status}; is it the address of the Confluent API?`;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

/**
 * A busy registry says so, or answers late: it is asked again. One that refuses connections is
 * away, and callers wait for it, or tell.
 */
function unlessBusy<Result>(ask: () => Promise<Result>): Promise<Result> {
  const pauses = { clock: systemClock, baseMs: 500, waitMsMax: 4_000, retriesMax: 4 };
  return retryFailures(pauses, mayPass, ask);
}

/** Whether an error of `fetch` or of the client, which has the status, may pass. */
function mayPass(error: unknown): boolean {
  const { name, cause } = error as Error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : '';
  const isCut = code === 'ECONNRESET' || code === 'UND_ERR_SOCKET';
  return name === 'TimeoutError' || isCut || isBusyStatus(statusOf(error) ?? 0);
}

function isBusyStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

const latestAnswer = z.object({
  id: z.int(),
  version: z.int(),
  schema: z.string(),
  schemaType: z.string().default('AVRO'),
});
const levelAnswer = z.object({ compatibilityLevel: z.string() });

function avroTypeOf({ schema, schemaType }: z.infer<typeof latestAnswer>): avro.Type | null {
  if (schemaType !== 'AVRO') return null;
  try {
    return avro.Type.forSchema(JSON.parse(schema) as avro.Schema);
  } catch {
    return null;
  }
}

function statusOf(error: unknown): number | null {
  const { name, status } = (error ?? {}) as { name?: string; status?: number };
  // The client wraps only the 404 of one call in this error, and loses its status.
  return status ?? (name === 'ConfluentSchemaRegistryError' ? 404 : null);
}

async function orNull<Result>(url: string, ask: () => Promise<Result>): Promise<Result | null> {
  try {
    return await ask();
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw unavailable(url, reasonOf(error), error);
  }
}

async function asked<Result>(url: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw unavailable(url, reasonOf(error), error);
  }
}

async function registered<Result>(
  url: string,
  subject: string,
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    const status = statusOf(error);
    const refused = status === 409 || status === 422;
    if (!refused) throw unavailable(url, reasonOf(error), error);
    throw new PipelineError(
      'SCHEMA_INCOMPATIBLE',
      `the registry refuses the schema of ${subject}: ${(error as Error).message}; records that are there could not be read with it, use a new data set`,
      { subject, cause: error },
    );
  }
}

/** The client reports status 400 when no server answered, and `fetch` only that it failed. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  if (cause instanceof Error) return cause.message;
  return message.replace(/^Confluent_Schema_Registry - (Error, status 400: )?/, '');
}

function unavailable(url: string, what: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'REGISTRY_UNAVAILABLE',
    `the schema registry at ${url} does not answer: ${what}; check schemaRegistry.url and that it runs`,
    { subject: 'schemaRegistry.url', cause },
  );
}
