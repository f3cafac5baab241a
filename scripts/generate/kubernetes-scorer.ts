/**
 * The scorer's GPU pool: the scorer service, on nodes reserved for GPU work. It scales with the lag
 * of the search stage, which calls it.
 */
import type {
  IScaledObject,
  ScaledObject,
} from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IService } from 'kubernetes-models/v1/Service';
import { scorerImage, secrets } from './deployment.ts';

const port = 8000;
const labels = { app: 'backstory', component: 'scorer' };
const gpu = 'nvidia.com/gpu';

export const scorerUrl = `http://scorer:${port}`;
/**
 * Without the configuration that the service names once it runs: a run that began before anybody
 * had pinned it stops with the reason.
 */
export const scorerModel = 'Qwen/Qwen2.5-Coder-7B';

const deployment: IDeployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'scorer', labels },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        // The user of the image.
        securityContext: { fsGroup: 1000 },
        nodeSelector: { [`${gpu}.present`]: 'true' },
        tolerations: [{ key: gpu, operator: 'Exists', effect: 'NoSchedule' }],
        containers: [
          {
            name: 'scorer',
            image: scorerImage,
            args: ['--model', scorerModel, '--port', String(port)],
            envFrom: [{ secretRef: { name: secrets, optional: true } }],
            ports: [{ name: 'http', containerPort: port }],
            // The first pod on a node downloads the weights.
            startupProbe: {
              httpGet: { path: '/health', port: 'http' },
              periodSeconds: 10,
              failureThreshold: 180,
            },
            readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 10 },
            livenessProbe: {
              httpGet: { path: '/health', port: 'http' },
              periodSeconds: 10,
              failureThreshold: 6,
            },
            resources: {
              requests: { cpu: '4', memory: '24Gi' },
              limits: { memory: '48Gi', [gpu]: '1' },
            },
            volumeMounts: [{ name: 'weights', mountPath: '/weights' }],
          },
        ],
        volumes: [{ name: 'weights', emptyDir: {} }],
      },
    },
  },
};

const service: IService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'scorer', labels },
  spec: {
    selector: labels,
    ports: [{ name: 'http', port, targetPort: 'http' }],
    // A search goes to the pod that has read its context.
    sessionAffinity: 'ClientIP',
  },
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
