/**
 * infra/kubernetes: a live data set on a cluster that has Kafka, a registry, Redis and KEDA. A
 * Deployment per stage, scaled on the lag of its group; a pool of GPUs for the scorer. The types
 * are the API's own, so a field that does not exist does not compile.
 */
import type { IScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IConfigMap } from 'kubernetes-models/v1/ConfigMap';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import type { IPodSecurityContext } from 'kubernetes-models/v1/PodSecurityContext';
import { stringify } from 'yaml';
import {
  consumerGroup,
  graph,
  physicalTopic,
  type StageName,
  stageNames,
  topics,
} from '../../schemas/topology.ts';
import {
  dataset,
  environmentOf,
  folders,
  generatedHeader,
  image,
  isSource,
  metricsPort,
  processKnobs,
  resourcesOf,
  secrets,
  serveCommand,
} from './deployment.ts';
import { scorerModel, scorerObjects, scorerUrl } from './kubernetes-scorer.ts';

const brokers = 'kafka:9092';
const settings = 'backstory';

const configMap: IConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: settings },
  data: environmentOf({
    ...processKnobs,
    'kafka.brokers': brokers,
    'schemaRegistry.url': 'http://schemas:8080/apis/ccompat/v7',
    'redis.url': 'redis://redis:6379/0',
    'scorer.kind': 'backstory',
    'scorer.url': scorerUrl,
    'scorer.model': scorerModel,
  }),
};

/** Volumes for the sources and, unless storage.url names a bucket, blobs, answers and shards. */
const claim: IPersistentVolumeClaim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'backstory-data' },
  spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '100Gi' } } },
};

const container = {
  image,
  envFrom: [
    { configMapRef: { name: settings } },
    // Keys of teacher, scorer and servers; optional.
    { secretRef: { name: secrets, optional: true } },
  ],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
} satisfies Partial<IContainer>;

const podSecurity: IPodSecurityContext = {
  runAsNonRoot: true,
  runAsUser: 1000,
  runAsGroup: 1000,
  fsGroup: 1000,
  seccompProfile: { type: 'RuntimeDefault' },
};

const topicsJob: IJob = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'topics' },
  spec: {
    backoffLimit: 20,
    template: {
      spec: {
        restartPolicy: 'OnFailure',
        securityContext: podSecurity,
        containers: [
          {
            ...container,
            name: 'topics',
            args: ['topics', 'apply'],
            workingDir: '/tmp',
            resources: {
              requests: { cpu: '100m', memory: '256Mi' },
              limits: { memory: '512Mi' },
            },
          },
        ],
      },
    },
  },
};

const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path, port: 'metrics' },
  periodSeconds,
  timeoutSeconds: 6,
  failureThreshold,
});

function stageContainer(stage: StageName): IContainer {
  const { cpu, memory, memoryMax } = resourcesOf(stage);
  return {
    ...container,
    name: stage,
    args: serveCommand(stage),
    ports: [{ name: 'metrics', containerPort: metricsPort }],
    // Servers may start later than the pods, so a process has ten minutes to become ready.
    startupProbe: probe('/healthz', 10, 60),
    livenessProbe: probe('/healthz', 10, 6),
    readinessProbe: probe('/readyz', 10, 3),
    resources: { requests: { cpu, memory }, limits: { memory: memoryMax } },
    volumeMounts: [
      { name: 'data', mountPath: folders.data, subPath: 'data' },
      ...(isSource(stage)
        ? [{ name: 'data', mountPath: folders.sources, subPath: 'sources', readOnly: true }]
        : []),
      { name: 'state', mountPath: folders.state },
      { name: 'temporary', mountPath: '/tmp' },
    ],
  };
}

function deployment(stage: StageName): IDeployment {
  const labels = { app: 'backstory', stage };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: stage, labels },
    spec: {
      // A stage that KEDA scales gets its number of replicas from KEDA.
      ...(isSource(stage) ? { replicas: 1 } : {}),
      selector: { matchLabels: labels },
      // Two sources at once would be harmless, but do all work twice.
      ...(isSource(stage) ? { strategy: { type: 'Recreate' } } : {}),
      template: {
        metadata: {
          labels,
          annotations: {
            'prometheus.io/scrape': 'true',
            'prometheus.io/port': String(metricsPort),
          },
        },
        spec: {
          // runtime.drainMs is 25 s: finish, commit, leave the group.
          terminationGracePeriodSeconds: 45,
          securityContext: podSecurity,
          containers: [stageContainer(stage)],
          volumes: [
            { name: 'data', persistentVolumeClaim: { claimName: 'backstory-data' } },
            { name: 'state', emptyDir: {} },
            { name: 'temporary', emptyDir: {} },
          ],
        },
      },
    },
  };
}

/** Records that a process has in work at once anyway; only records beyond these count as lag. */
const lagPerReplica = { repository: 5, file: 50 } as const;

/** One trigger per input topic; the consumer group commits finished records in order. */
export function lagTriggers(stage: StageName, lagFactor = 1) {
  return graph[stage].reads.flatMap((topic) => {
    const { about } = topics[topic];
    if (about === 'dataset') return [];
    return [
      {
        type: 'kafka',
        metadata: {
          bootstrapServers: brokers,
          consumerGroup: consumerGroup(dataset, stage),
          topic: physicalTopic(dataset, topic),
          lagThreshold: String(lagPerReplica[about] * lagFactor),
          // A group without a commit lags from the start of the topic, not from its end.
          offsetResetPolicy: 'earliest',
          allowIdleConsumers: 'false',
        },
      },
    ];
  });
}

function scaledObject(stage: StageName): IScaledObject {
  const partitions = Math.max(...graph[stage].reads.map((topic) => topics[topic].partitions));
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: stage },
    spec: {
      scaleTargetRef: { name: stage },
      // One pod stays, so that the group exists and the first record need not wait for a pod.
      minReplicaCount: 1,
      maxReplicaCount: partitions,
      // A rebalance costs seconds: scale down slowly.
      cooldownPeriod: 300,
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
        },
      },
      triggers: lagTriggers(stage),
    },
  };
}

/** Files of infra/kubernetes by name. */
export function generateKubernetes(): ReadonlyMap<string, string> {
  const files: [string, readonly object[]][] = [
    ['configuration.yaml', [configMap]],
    ['storage.yaml', [claim]],
    ['topics.yaml', [topicsJob]],
    ['stages.yaml', stageNames.map(deployment)],
    ['scaling.yaml', stageNames.filter((stage) => !isSource(stage)).map(scaledObject)],
    ['scorer.yaml', scorerObjects(lagTriggers('search', 4))],
  ];
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace: 'backstory',
    resources: files.map(([name]) => name),
  };
  const header = generatedHeader('Change it in an overlay: infra/README.md.');
  return new Map(
    [...files, ['kustomization.yaml', [kustomization]] as const].map(([name, objects]) => [
      name,
      header + objects.map((object) => stringify(object, yamlOptions)).join('---\n'),
    ]),
  );
}

/** Writes no YAML anchors, because tools split the documents of a file. */
const yamlOptions = { lineWidth: 100, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;
