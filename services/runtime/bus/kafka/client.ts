/**
 * The kafkajs client that all parts of the bus share: brokers, encryption, log-in, logging.
 */
import { readFileSync } from 'node:fs';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import type { Logger } from 'pino';
import './guard.ts';
import { PipelineError } from '../../errors.ts';
import type { KafkaKnobs, KafkaSecrets } from './config.ts';

/** kafkajs itself retries only a few times; `patiently` retries until a deadline. */
const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 3 };

export function createClient(
  settings: KafkaKnobs,
  secrets: KafkaSecrets,
  log: Logger | null,
  socketFactory: ISocketFactory,
): Kafka {
  const sasl = saslOf(settings, secrets);
  return new Kafka({
    clientId: settings.clientId,
    brokers: settings.brokers.split(','),
    connectionTimeout: settings.connectionTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry,
    socketFactory,
    ssl: tlsOf(settings),
    ...(sasl === undefined ? {} : { sasl }),
    logLevel: log === null ? logLevel.NOTHING : logLevel.WARN,
    // kafkajs logs its retries as errors. We log real failures ourselves, as coded errors.
    logCreator:
      () =>
      ({ namespace, log: entry }) =>
        log?.debug({ kafka: namespace, ...entry }, entry.message),
  });
}

function tlsOf(settings: KafkaKnobs): NonNullable<KafkaConfig['ssl']> {
  if (!settings.tls) return false;
  const read = (knob: 'tlsAuthorityFile' | 'tlsCertificateFile' | 'tlsKeyFile') => {
    const path = settings[knob];
    if (path === null) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new PipelineError(
        'CONFIG_INVALID',
        `kafka.${knob}: ${path} cannot be read (${(error as Error).message})`,
        { subject: `kafka.${knob}`, cause: error },
      );
    }
  };
  const ca = read('tlsAuthorityFile');
  const cert = read('tlsCertificateFile');
  const key = read('tlsKeyFile');
  return {
    ...(ca === undefined ? {} : { ca: [ca] }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function saslOf(settings: KafkaKnobs, secrets: KafkaSecrets): KafkaConfig['sasl'] {
  if (settings.sasl === 'none') return undefined;
  const { username, password } = secrets;
  if (username === undefined || password === undefined) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `kafka.sasl is ${settings.sasl}: set KAFKA_USERNAME and KAFKA_PASSWORD in the environment`,
      { subject: 'kafka.sasl' },
    );
  }
  // One return per mechanism, because kafkajs types each mechanism separately.
  if (settings.sasl === 'plain') return { mechanism: 'plain', username, password };
  if (settings.sasl === 'scram-sha-256') return { mechanism: 'scram-sha-256', username, password };
  return { mechanism: 'scram-sha-512', username, password };
}
