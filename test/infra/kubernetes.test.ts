/**
 * infra/kubernetes against the schemas of the Kubernetes API and of KEDA, and against the program:
 * what runs is a stage, what scales is its group, what probes is its port. No cluster is needed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import {
  consumerGroup,
  graph,
  physicalTopic,
  type StageName,
  stageNames,
  topics,
} from '../../schemas/topology.ts';
import { sections } from '../../services/registry.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';

const folder = new URL('../../infra/kubernetes/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}
const kustomization = parse(read('kustomization.yaml')) as { readonly resources: string[] };
const manifests = kustomization.resources.flatMap((name) =>
  parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest),
);

const models = { ConfigMap, PersistentVolumeClaim, Job, Deployment, Service, ScaledObject };

function validate(manifest: Manifest): void {
  const Model = models[manifest.kind as keyof typeof models] as new (
    data: unknown,
  ) => { validate(): void };
  new Model(manifest).validate();
}

const only = <Kind>(kind: string) =>
  new Map(
    manifests
      .filter((each) => each.kind === kind)
      .map((each) => [each.metadata.name, each as Kind]),
  );
const deployments = only<Deployment>('Deployment');
const scalers = only<ScaledObject>('ScaledObject');

describe('kubernetes', () => {
  it('applies every file of the folder', () => {
    const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
    expect([...kustomization.resources].sort()).toEqual(files.sort());
  });

  it.each(manifests.map((each) => [each.kind, each.metadata.name, each] as const))(
    '%s %s is valid',
    (_kind, _name, manifest) => validate(manifest),
  );

  it('finds what the API would refuse', () => {
    const broken = (change: (text: string) => string, name: string) =>
      parseAllDocuments(change(read(name)))[0]?.toJS() as Manifest;
    const wrong = [
      broken(
        (text) => text.replace('matchLabels', 'matchLabel').replace('selector:', 'select:'),
        'stages.yaml',
      ),
      broken((text) => text.replace('path: /healthz', 'path: 7'), 'stages.yaml'),
      broken(
        (text) => text.replace('maxReplicaCount: 12', 'maxReplicaCount: many'),
        'scaling.yaml',
      ),
      broken((text) => text.replace('scaleTargetRef', 'scaleTarget'), 'scaling.yaml'),
    ];
    for (const manifest of wrong) expect(() => validate(manifest)).toThrow();
  });

  it('serves every stage with the knobs of the program', () => {
    const config = only<ConfigMap>('ConfigMap').get('backstory');
    const { values } = resolveConfiguration(sections, {
      ...noSources,
      environment: config?.data ?? {},
    });
    for (const stage of stageNames) {
      const [container] = deployments.get(stage)?.spec?.template.spec?.containers ?? [];
      expect(container?.args?.slice(0, 2)).toEqual(['serve', stage]);
      expect(container?.ports).toEqual([
        { name: 'metrics', containerPort: values.runtime.metricsPort },
      ]);
      expect(container?.readinessProbe?.httpGet?.path).toBe('/readyz');
      expect(container?.livenessProbe?.httpGet?.path).toBe('/healthz');
      expect(container?.resources?.requests).toMatchObject({ cpu: expect.any(String) });
      const mounts = new Map(container?.volumeMounts?.map((mount) => [mount.mountPath, mount]));
      expect(mounts.has('/data') && mounts.has('/state')).toBe(true);
      const grace = deployments.get(stage)?.spec?.template.spec?.terminationGracePeriodSeconds;
      expect(grace).toBeGreaterThan(values.runtime.drainMs / 1000);
    }
    expect(values.runtime.metricsHost).toBe('0.0.0.0');
  });

  it('scales on the lag of the groups that the stages commit to, never above the partitions', () => {
    const reading = stageNames.filter((stage) => graph[stage].reads.length > 0);
    expect([...scalers.keys()].filter((name) => name !== 'scorer')).toEqual(reading);
    for (const [name, { spec }] of scalers) {
      const stage = (name === 'scorer' ? 'search' : name) as StageName;
      expect(deployments.has(spec.scaleTargetRef.name)).toBe(true);
      expect(spec.triggers.length).toBeGreaterThan(0);
      for (const { metadata } of spec.triggers) {
        const topic = graph[stage].reads.find(
          (each) => metadata.topic === physicalTopic('default', each),
        );
        expect(topic, `${name}: ${metadata.topic}`).toBeDefined();
        expect(metadata.consumerGroup).toBe(consumerGroup('default', stage));
        expect(spec.maxReplicaCount).toBeLessThanOrEqual(topics[topic ?? 'dropped'].partitions);
      }
    }
  });

  it('keeps the GPUs for the scorer, at the address that the search asks', () => {
    const gpu = 'nvidia.com/gpu';
    for (const [name, { spec }] of deployments) {
      const limits = spec?.template.spec?.containers[0]?.resources?.limits ?? {};
      expect(limits[gpu]).toBe(name === 'scorer' ? '1' : undefined);
    }
    const scorer = deployments.get('scorer')?.spec?.template.spec;
    expect(scorer?.tolerations?.[0]?.key).toBe(gpu);
    const service = only<Service>('Service').get('scorer');
    const url = new URL(
      only<ConfigMap>('ConfigMap').get('backstory')?.data?.BACKSTORY_SCORER_URL ?? '',
    );
    expect([url.hostname, Number(url.port)]).toEqual(['scorer', service?.spec?.ports?.[0]?.port]);
    const [container] = scorer?.containers ?? [];
    // The service of services/scorer/gpu, with the key that the search sends.
    expect(container?.image).toMatch(/^backstory-scorer:/);
    expect(container?.envFrom?.[0]?.secretRef?.name).toBe('backstory-keys');
    const settings = only<ConfigMap>('ConfigMap').get('backstory')?.data ?? {};
    expect(settings.BACKSTORY_SCORER_KIND).toBe('backstory');
    expect(container?.args).toContain(settings.BACKSTORY_SCORER_MODEL);
    const labels = deployments.get('scorer')?.spec?.template.metadata?.labels;
    expect(labels).toMatchObject(service?.spec?.selector ?? {});
  });
});
