/** TLS and log-in against a real broker that requires both, with a certificate made in the test. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../../../../scripts/cluster/cluster.ts';
import { freePort } from '../../../../../scripts/cluster/ports.ts';
import { kafkaKnobs, kafkaSecrets } from '../../../../../services/runtime/bus/kafka/config.ts';
import { openKafkaBus } from '../../../../../services/runtime/bus/kafka/kafka-bus.ts';
import { clusterStartMsMax, smallCluster } from '../../../../samples/servers/cluster.ts';

const run = promisify(execFile);
const password = 'only-for-this-test';

let folder = '';
let authority = '';
let securePort = 0;
let cluster: Cluster;

/** A key and a certificate for 127.0.0.1, signed by itself; keytool comes with Java. */
async function makeCertificate(): Promise<string> {
  const store = ['-keystore', join(folder, 'broker.p12'), '-storepass', password];
  const names = ['-alias', 'broker', '-dname', 'CN=127.0.0.1', '-ext', 'SAN=IP:127.0.0.1'];
  await run('keytool', [
    '-genkeypair',
    ...store,
    '-storetype',
    'PKCS12',
    '-keyalg',
    'RSA',
    ...names,
  ]);
  const { stdout } = await run('keytool', ['-exportcert', '-rfc', ...store, '-alias', 'broker']);
  const path = join(folder, 'authority.pem');
  await writeFile(path, stdout);
  return path;
}

/** A second listener that accepts only encrypted, logged-in clients. */
function secureListener(port: number, kafkaPort: number, controllerPort: number): string[] {
  const listener = 'listener.name.secure';
  const login = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const plain = `PLAINTEXT://127.0.0.1:${kafkaPort}`;
  const secure = `SECURE://127.0.0.1:${port}`;
  return [
    `listeners=${plain},${secure},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=${plain},${secure}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms=PLAIN',
    `${listener}.plain.sasl.jaas.config=${login} user_reader="${password}";`,
    `${listener}.ssl.keystore.type=PKCS12`,
    `${listener}.ssl.keystore.location=${join(folder, 'broker.p12')}`,
    `${listener}.ssl.keystore.password=${password}`,
    `${listener}.ssl.key.password=${password}`,
  ];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstory-secure-'));
  authority = await makeCertificate();
  const [kafkaPort, kafkaControllerPort] = [await freePort(), await freePort()];
  securePort = await freePort();
  cluster = await startCluster({
    ...smallCluster,
    ...{ folder: join(folder, 'cluster'), parts: ['kafka'], kafkaPort, kafkaControllerPort },
    kafkaProperties: secureListener(securePort, kafkaPort, kafkaControllerPort),
  });
}, clusterStartMsMax);

afterAll(async () => {
  await cluster?.down();
  await rm(folder, { recursive: true, force: true });
});

function open(knobs: Record<string, unknown>, environment: Record<string, string> = {}) {
  const brokers = `127.0.0.1:${securePort}`;
  const settings = kafkaKnobs.parse({ brokers, tls: true, sasl: 'plain', ...knobs });
  return openKafkaBus({ settings, secrets: kafkaSecrets(environment), log: null });
}

const known = { KAFKA_USERNAME: 'reader', KAFKA_PASSWORD: password };

describe('TLS and log-in', () => {
  it('produces, reads and consumes encrypted and logged in', async () => {
    const bus = await open({ tlsAuthorityFile: authority }, known);
    await bus.createTopics([{ name: 'secured', partitions: 1 }]);
    await bus.produce([{ topic: 'secured', key: 'k', value: Buffer.from('kept') }]);
    const [record] = await bus.read({ topic: 'secured', partition: 0 }, 0, 1);
    expect(Buffer.from(record?.value ?? []).toString()).toBe('kept');
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const consumer = await bus.consume({
      group: 'readers',
      topics: ['secured'],
      startOffset: () => 0,
      onRecords: (records) => resolve(records.length),
      onRevoked: () => {},
      onFailure: reject,
      batchMax: 1,
    });
    expect(await promise).toBe(1);
    await consumer.close();
    await bus.close();
  });

  it('refuses at once a password that the broker does not know', async () => {
    const wrong = open({ tlsAuthorityFile: authority }, { ...known, KAFKA_PASSWORD: 'guess' });
    await expect(wrong).rejects.toMatchObject({ code: 'BROKER_REFUSED' });
  });

  it('refuses a broker whose certificate no known authority signed', async () => {
    const untrusted = open({ patienceMs: 300 }, known);
    await expect(untrusted).rejects.toMatchObject({
      code: expect.stringMatching(/^BROKER_/),
      message: expect.stringMatching(/certificate/),
    });
  });

  it('names the knob when a secret or a file is missing', async () => {
    await expect(open({ tlsAuthorityFile: authority })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('KAFKA_PASSWORD'),
    });
    await expect(open({ tlsAuthorityFile: '/no/such/file.pem' }, known)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      subject: 'kafka.tlsAuthorityFile',
    });
  });
});
