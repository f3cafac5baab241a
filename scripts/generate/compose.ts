/** infra/compose.yaml: one-node servers and a process per stage, for those who use containers. */
import { stringify } from 'yaml';
import { stageNames } from '../../schemas/topology.ts';
import {
  environmentOf,
  folders,
  generatedHeader,
  image,
  metricsPort,
  processKnobs,
  serveCommand,
} from './deployment.ts';

/** The same properties as scripts/cluster/servers.ts sets for the broker without containers. */
const brokerProperties = {
  'node.id': '1',
  'process.roles': 'broker,controller',
  'controller.quorum.voters': '1@kafka:9093',
  listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
  'advertised.listeners': 'PLAINTEXT://kafka:9092',
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
  'log.dirs': '/var/lib/kafka/data',
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'offsets.retention.minutes': '525600',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  'default.replication.factor': '1',
  'min.insync.replicas': '1',
} as const;

/** Kafka's image reads properties from environment variables. */
const brokerEnvironment = Object.fromEntries(
  Object.entries(brokerProperties).map(([property, value]) => [
    `KAFKA_${property.replaceAll('.', '_').toUpperCase()}`,
    value,
  ]),
);

const servers = {
  kafka: {
    image: 'apache/kafka:4.3.0',
    environment: brokerEnvironment,
    volumes: ['kafka:/var/lib/kafka/data'],
    healthcheck: {
      test: [
        'CMD',
        '/opt/kafka/bin/kafka-broker-api-versions.sh',
        '--bootstrap-server',
        'kafka:9092',
      ],
      interval: '10s',
      timeout: '10s',
      retries: 12,
    },
    restart: 'unless-stopped',
  },
  // Keeps its schemas in Kafka: a registry that lost them would give the same schemas other ids.
  schemas: {
    image: 'apicurio/apicurio-registry-kafkasql:2.6.13.Final',
    environment: { KAFKA_BOOTSTRAP_SERVERS: 'kafka:9092' },
    depends_on: { kafka: { condition: 'service_healthy' } },
    restart: 'unless-stopped',
  },
  redis: {
    image: 'redis:7.2',
    command: ['redis-server', '--appendonly', 'yes', '--save', ''],
    volumes: ['redis:/data'],
    healthcheck: { test: ['CMD', 'redis-cli', 'ping'], interval: '10s', retries: 12 },
    restart: 'unless-stopped',
  },
} as const;

/** A variable that Compose fills in from the shell or an .env file. */
function variable(name: string, otherwise = ''): string {
  return `\${${name}:-${otherwise}}`;
}

const environment = {
  ...environmentOf({
    ...processKnobs,
    'kafka.brokers': 'kafka:9092',
    'schemaRegistry.url': 'http://schemas:8080/apis/ccompat/v7',
    'redis.url': 'redis://redis:6379/0',
    'teacher.kind': variable('TEACHER_KIND', 'grounded'),
    'teacher.baseUrl': variable('TEACHER_BASE_URL'),
    'teacher.model': variable('TEACHER_MODEL'),
  }),
  BACKSTORY_TEACHER_API_KEY: variable('BACKSTORY_TEACHER_API_KEY'),
};

const healthcheck = {
  test: [
    'CMD',
    'node',
    '-e',
    `fetch('http://127.0.0.1:${metricsPort}/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`,
  ],
  interval: '10s',
  timeout: '5s',
  start_period: '60s',
};

function stageServices() {
  const depends = { topics: { condition: 'service_completed_successfully' } };
  const volumes = [
    `data:${folders.data}`,
    `${variable('SOURCES', './sources')}:${folders.sources}:ro`,
    // An anonymous volume: crash counts of one process mean nothing to another one.
    folders.state,
  ];
  return Object.fromEntries(
    stageNames.map((stage) => [
      stage,
      {
        image,
        command: serveCommand(stage),
        environment,
        volumes,
        depends_on: depends,
        healthcheck,
        // The next process repeats the work that is unfinished after this time.
        stop_grace_period: '45s',
        restart: 'unless-stopped',
      },
    ]),
  );
}

export function generateCompose(): string {
  const compose = {
    name: 'backstory',
    'x-environment': environment,
    services: {
      ...servers,
      topics: {
        image,
        build: { context: '..', dockerfile: 'infra/Dockerfile' },
        command: ['topics', 'apply'],
        environment,
        depends_on: { kafka: { condition: 'service_healthy' } },
        // Repeats until the registry answers.
        restart: 'on-failure',
      },
      ...stageServices(),
    },
    volumes: { kafka: null, redis: null, data: null },
  };
  const header = generatedHeader('Override it with a file of your own: infra/README.md.');
  return (
    header + stringify(compose, { lineWidth: 100, anchorPrefix: 'shared', compat: 'yaml-1.1' })
  );
}
