/**
 * The scorer's GPU pool: an OpenAI-compatible server that echoes a prompt with log probabilities,
 * on nodes reserved for GPU work. It scales with the lag of the search stage, which calls it.
 */
import type {
  IScaledObject,
  ScaledObject,
} from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IService } from 'kubernetes-models/v1/Service';

const port = 8000;
const labels = { app: 'backstory', component: 'scorer' };
const gpu = 'nvidia.com/gpu';

export const scorerUrl = `http://scorer:${port}/v1`;

const deployment: IDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'scorer', labels },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        nodeSelector: { [`${gpu}.present`]: 'true' },
        tolerations: [{ key: gpu, operator: 'Exists', effect: 'NoSchedule' }],
        containers: [
          {
            name: 'scorer',
            image: 'vllm/vllm-openai:v0.11.0',
            args: [
              ...['--model', 'Qwen/Qwen2.5-Coder-7B', '--served-model-name', 'scorer'],
              ...['--port', String(port), '--max-model-len', '32768'],
            ],
            ports: [{ name: 'http', containerPort: port }],
            // The first pod on a node downloads the weights.
            startupProbe: {
              httpGet: { path: '/health', port: 'http' },
              periodSeconds: 10,
              failureThreshold: 180,
            },
            readinessProbe: { httpGet: { path: '/health', port: 'http' }, periodSeconds: 10 },
            livenessProbe: {
              httpGet: { path: '/health', port: 'http' },
              periodSeconds: 10,
              failureThreshold: 6,
            },
            resources: {
              requests: { cpu: '4', memory: '24Gi' },
              limits: { memory: '48Gi', [gpu]: '1' },
            },
            volumeMounts: [
              { name: 'weights', mountPath: '/root/.cache/huggingface' },
              { name: 'shared-memory', mountPath: '/dev/shm' },
            ],
          },
        ],
        volumes: [
          { name: 'weights', emptyDir: {} },
          { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '8Gi' } },
        ],
      },
    },
  },
};

const service: IService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'scorer', labels },
  spec: { selector: labels, ports: [{ name: 'http', port, targetPort: 'http' }] },
};

type Triggers = NonNullable<ScaledObject['spec']>['triggers'];

export function scorerObjects(triggers: Triggers): readonly object[] {
  const scaling: IScaledObject = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'scorer' },
    spec: {
      scaleTargetRef: { name: 'scorer' },
      // Loading weights takes longer than a record's retries last, so one pod always stays.
      minReplicaCount: 1,
      maxReplicaCount: 4,
      cooldownPeriod: 900,
      triggers: [...triggers],
    },
  };
  return [deployment, service, scaling];
}
