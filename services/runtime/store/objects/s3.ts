/**
 * Objects in an S3-compatible bucket. Create-if-absent is PUT with `If-None-Match: *`, which not
 * every server honours under concurrency, so `check` lets several writers race for a name before
 * any writer relies on it. Requests to a store that does not answer are retried: an outage must
 * stop the stream, not fail its records.
 */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { Logger } from 'pino';
import { type Clock, describeSkew, systemClock } from '../../clock.ts';
import { PipelineError } from '../../errors.ts';
import { retryFailures } from '../../retry.ts';
import type { StorageKnobs } from './config.ts';
import type { ObjectBytes, ObjectStore } from './object-store.ts';

export interface S3Options {
  readonly bucket: string;
  /** Without a slash at either end; may be empty. */
  readonly prefix: string;
  readonly settings: StorageKnobs;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Told when the store does not answer, and when it does again. */
  readonly log?: Pick<Logger, 'warn'>;
}

const pauses = { baseMs: 200, waitMsMax: 10_000 };
/** Bytes per request when an object is streamed. */
const rangeBytes = 8 * 1024 * 1024;
/** Writers that race for one name in `check`. */
const racers = 8;

export function openS3Objects(options: S3Options): ObjectStore {
  const { bucket, prefix, settings } = options;
  const client = openClient(settings);
  const place = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
  const patient = patience(place, options, settings.patienceMs);
  // A check of the store must answer now, so it does not retry.
  const once = patience(place, options, 0);
  const at = (path: string) => ({
    Bucket: bucket,
    Key: prefix === '' ? path : `${prefix}/${path}`,
  });
  let raced = false;
  const put = (path: string, bytes: Uint8Array, condition: { IfNoneMatch?: '*' }) =>
    client.send(new PutObjectCommand({ ...at(path), Body: bytes, ...condition }));
  const createBy = (wait: Patience) => (path: string, parts: ObjectBytes) =>
    wait(async () => {
      try {
        const bytes = parts instanceof Uint8Array ? parts : Buffer.concat([...parts]);
        await put(path, bytes, { IfNoneMatch: '*' });
        return true;
      } catch (error) {
        if (statusOf(error) === 412) return false;
        throw error;
      }
    });
  const size = (path: string) =>
    patient(async () => {
      const answer = await orNull(() => client.send(new HeadObjectCommand(at(path))));
      return answer?.ContentLength ?? null;
    });
  const remove = (path: string) =>
    patient(async () => {
      await client.send(new DeleteObjectCommand(at(path)));
    });
  // A body can break off after its headers came, so reading it is part of the retried request.
  const read = (path: string, range?: string) =>
    patient(async () => {
      const answer = await orNull(() =>
        client.send(new GetObjectCommand({ ...at(path), Range: range })),
      );
      return answer === null ? null : Buffer.from(await bodyOf(answer).transformToByteArray());
    });
  const readRange = async (path: string, offset: number, length: number) => {
    if (length === 0) return Buffer.alloc(0);
    try {
      return await read(path, `bytes=${offset}-${offset + length - 1}`);
    } catch (error) {
      // The range begins after the end of the object.
      if (statusOf((error as Error).cause) === 416) return Buffer.alloc(0);
      throw error;
    }
  };
  return {
    place,
    create: createBy(patient),
    replace: (path, bytes) =>
      patient(async () => {
        await put(path, bytes, {});
      }),
    read: (path) => read(path),
    readRange,
    // Streams in ranges, so that a broken connection costs one range and not the whole object.
    stream: async (path) => {
      const bytes = await size(path);
      return bytes === null ? null : Readable.from(inRanges(path, bytes, readRange));
    },
    size,
    list: (folder, begin = '') =>
      patient(() => listAll(client, at(folder === '' ? '' : `${folder}/`), begin)),
    remove,
    removeTemporary: async () => {},
    look: () => orProblem(() => once(() => client.send(new HeadBucketCommand({ Bucket: bucket })))),
    check: async () => {
      // One race shows what the server can do; later checks only need an answer.
      if (raced)
        return orProblem(() => once(() => client.send(new HeadBucketCommand({ Bucket: bucket }))));
      const problem = await checkRace(place, createBy(once), remove);
      raced = problem === null;
      return problem;
    },
    close: async () => client.destroy(),
  };
}

function openClient(settings: StorageKnobs): S3Client {
  const { endpoint, region, pathStyle, requestTimeoutMs } = settings;
  return new S3Client({
    region,
    forcePathStyle: pathStyle,
    ...(endpoint === '' ? {} : { endpoint }),
    // Many compatible servers refuse the newer checksums that the client would add by itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: requestTimeoutMs, requestTimeout: requestTimeoutMs },
  });
}

async function* inRanges(
  path: string,
  bytes: number,
  readRange: ObjectStore['readRange'],
): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes; offset += rangeBytes) {
    const part = await readRange(path, offset, Math.min(rangeBytes, bytes - offset));
    if (part === null) throw new Error(`${path} was removed while it was read`);
    yield part;
  }
}

/** Names directly below a prefix that ends with a slash, if they begin with `begin`. */
async function listAll(
  client: S3Client,
  { Bucket, Key }: { Bucket: string; Key: string },
  begin: string,
): Promise<string[]> {
  const Prefix = `${Key}${begin}`;
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket, Prefix, Delimiter: '/', ContinuationToken: token }),
    );
    for (const object of page.Contents ?? []) names.push((object.Key ?? '').slice(Key.length));
    for (const folder of page.CommonPrefixes ?? []) {
      names.push((folder.Prefix ?? '').slice(Key.length, -1));
    }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
  return names.filter((name) => name !== '').sort();
}

type Patience = <Result>(request: () => Promise<Result>) => Promise<Result>;

/** Retries a request until it is answered or the patience ends. Refusals are not retried. */
function patience(
  place: string,
  { clock = systemClock, random, log }: Pick<S3Options, 'clock' | 'random' | 'log'>,
  patienceMs: number,
): Patience {
  const chance = random === undefined ? {} : { random };
  const onWait = (error: unknown, waitedMs: number) =>
    log?.warn({ store: place, why: (error as Error).message, waitedMs }, 'waiting for the store');
  const onBack = (waitedMs: number) =>
    log?.warn({ store: place, waitedMs }, 'the store answers again');
  const backoff = { clock, ...chance, ...pauses, patienceMs, onWait, onBack };
  const mayPass = (error: unknown) => refusalOf(place, error) === null;
  return async (request) => {
    try {
      return await retryFailures(backoff, mayPass, request);
    } catch (error) {
      throw refusalOf(place, error) ?? unavailable(place, error);
    }
  };
}

/** Statuses that may be gone on a later try: conflict, too many requests, timeouts. */
const passing = new Set([408, 409, 425, 429]);

/** A coded error for a failure that waiting cannot fix; null for a transient one. */
function refusalOf(place: string, error: unknown): PipelineError | null {
  const status = statusOf(error);
  const name = error instanceof Error ? error.name : '';
  const noCredentials = name === 'CredentialsProviderError';
  if (!noCredentials && (status === null || status >= 500 || passing.has(status))) return null;
  if (name === 'RequestTimeTooSkewed' || name === 'RequestExpired') {
    return new PipelineError(
      'CLOCK_SKEWED',
      `${place} refuses because of the time (${name}): ${describeSkew(place, null)}`,
      { subject: place, cause: error },
    );
  }
  const what = noCredentials ? 'no credentials were found' : `${name} (${status})`;
  return new PipelineError(
    'STORE_UNSUITABLE',
    `${place} refuses: ${what}; check the bucket's name, that it exists, storage.endpoint, storage.region and the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or a profile)`,
    { subject: place, cause: error },
  );
}

function unavailable(place: string, error: unknown): PipelineError {
  return new PipelineError(
    'STORE_UNAVAILABLE',
    `${place} does not answer: ${(error as Error).message}; start again when it does, the work goes on (storage.patienceMs says how long is waited)`,
    { subject: place, cause: error },
  );
}

function statusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

async function orNull<Result>(request: () => Promise<Result>): Promise<Result | null> {
  try {
    return await request();
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchKey' || name === 'NotFound') return null;
    throw error;
  }
}

function bodyOf(answer: GetObjectCommandOutput) {
  if (answer.Body === undefined) throw new Error('an object came without a body');
  return answer.Body;
}

/**
 * Checks that exactly one of several concurrent writers wins a name; if two could, shards would be
 * lost.
 */
async function checkRace(
  place: string,
  create: ObjectStore['create'],
  remove: ObjectStore['remove'],
): Promise<string | null> {
  const probe = `.probe-${randomUUID()}`;
  return orProblem(async () => {
    const race = Array.from({ length: racers }, (_, racer) =>
      create(probe, Buffer.from(String(racer))),
    );
    const won = (await Promise.all(race)).filter(Boolean).length;
    await remove(probe);
    if (won === 1) return;
    throw new Error(
      `${won} of ${racers} writers won one name at ${place}: the server does not honour If-None-Match on PUT under concurrency, so two sinks would overwrite each other; use another server`,
    );
  });
}

async function orProblem(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
