/**
 * How to reach Kafka and how patiently. Every knob is operational: none changes an output byte.
 * Name and password come from the environment alone (KAFKA_USERNAME, KAFKA_PASSWORD).
 */
import { z } from 'zod';
import { operational, ownersOnly } from '../../config/knobs.ts';

const milliseconds = (smallest: number, largest: number) =>
  z.number().int().min(smallest).max(largest);
const file = z.string().min(1).nullable().default(null);
const connection = { ...operational, ...ownersOnly };

export const kafkaKnobs = z.object({
  brokers: z
    .string()
    .regex(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, 'must look like host:9092,other-host:9092')
    .default('127.0.0.1:9092')
    .describe('Bootstrap brokers, host:port joined by commas; they name the other brokers.')
    .meta(connection),
  clientId: z
    .string()
    .min(1)
    .max(200)
    .default('backstory')
    .describe('Name of this program in the broker’s logs and quotas.')
    .meta(operational),
  tls: z
    .boolean()
    .default(false)
    .describe('Encrypt the connection; the broker’s certificate is checked.')
    .meta(connection),
  tlsAuthorityFile: file
    .describe('Certificate authority in PEM that the broker’s certificate is checked against.')
    .meta(connection),
  tlsCertificateFile: file
    .describe('Client certificate in PEM, where the broker requires one.')
    .meta(connection),
  tlsKeyFile: file.describe('Private key in PEM of the client certificate.').meta(connection),
  sasl: z
    .enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512'])
    .default('none')
    .describe('How to log in, with KAFKA_USERNAME and KAFKA_PASSWORD from the environment.')
    .meta(connection),
  compression: z
    .enum(['none', 'gzip'])
    .default('gzip')
    .describe('Codec of record batches; every client and broker can read gzip.')
    .meta(operational),
  replicationFactor: z
    .number()
    .int()
    .min(1)
    .max(32)
    .nullable()
    .default(null)
    .describe('Replicas of the topics that this program creates; null uses the broker’s default.')
    .meta(operational),
  batchBytesMax: z
    .number()
    .int()
    .min(10_000)
    .max(100_000_000)
    .default(1_000_000)
    .describe(
      'Largest total of one partition’s records in one request, in bytes before compression; must stay below the broker’s message.max.bytes (1,048,588). A larger record is RECORD_TOO_LARGE.',
    )
    .meta(operational),
  requestBytesMax: z
    .number()
    .int()
    .min(10_000)
    .max(100_000_000)
    .default(250_000)
    .describe(
      'Largest total of all records in one request, in bytes; several small requests overlap compressing with sending, one large request does not (a single larger record is still sent). Must stay below the broker’s socket.request.max.bytes.',
    )
    .meta(operational),
  requestsInFlight: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(5)
    .describe('Produce requests in flight at once; never two for one partition, which keeps order.')
    .meta(operational),
  fetchBytesMax: z
    .number()
    .int()
    .min(1000)
    .max(100_000_000)
    .default(1_048_576)
    .describe(
      'Bytes fetched per partition at once; also the most that is held for a paused partition.',
    )
    .meta(operational),
  fetchWaitMs: milliseconds(10, 60_000)
    .default(200)
    .describe('How long the broker waits for records; resuming or closing can take this long.')
    .meta(operational),
  sessionTimeoutMs: milliseconds(1000, 1_800_000)
    .default(30_000)
    .describe('A consumer that is silent this long loses its partitions.')
    .meta(operational),
  heartbeatMs: milliseconds(100, 600_000)
    .default(1000)
    .describe('Time between heartbeats; also how soon a member notices a rebalance.')
    .meta(operational),
  rebalanceTimeoutMs: milliseconds(1000, 1_800_000)
    .default(60_000)
    .describe('How long a rebalance waits for members that do not answer.')
    .meta(operational),
  connectionTimeoutMs: milliseconds(100, 600_000)
    .default(5000)
    .describe('Longest wait for a connection, its handshake included.')
    .meta(operational),
  requestTimeoutMs: milliseconds(500, 600_000)
    .default(30_000)
    .describe('Longest wait for an answer before a request is repeated.')
    .meta(operational),
  patienceMs: milliseconds(0, 86_400_000)
    .default(300_000)
    .describe(
      'How long brokers may be unreachable before the process ends with BROKER_UNAVAILABLE; restarting a broker takes 5 to 60 s.',
    )
    .meta(operational),
  stallMs: milliseconds(1000, 86_400_000)
    .default(120_000)
    .describe(
      'A consumer that receives nothing for this long although there are records ends its process with CONSUMER_STALLED.',
    )
    .meta(operational),
});

export type KafkaKnobs = z.infer<typeof kafkaKnobs>;

/** Credentials; they must never be written to a file or a log. */
export interface KafkaSecrets {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export function kafkaSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): KafkaSecrets {
  return { username: environment.KAFKA_USERNAME, password: environment.KAFKA_PASSWORD };
}
