/** The local S3-compatible server for tests, and handles on prefixes of its bucket. */
import { localObjects } from '../../../scripts/cluster/servers.ts';
import { storageKnobs } from '../../../services/runtime/store/objects/config.ts';
import type { ObjectStore } from '../../../services/runtime/store/objects/object-store.ts';
import { openS3Objects } from '../../../services/runtime/store/objects/s3.ts';

/** As every AWS client finds them; the knobs hold no credentials. */
export const s3Credentials = {
  AWS_ACCESS_KEY_ID: localObjects.accessKeyId,
  AWS_SECRET_ACCESS_KEY: localObjects.secretAccessKey,
};

export function s3Url(prefix: string): string {
  return `s3://${localObjects.bucket}/${prefix}`;
}

export interface S3HandleOptions {
  readonly bucket?: string;
  readonly prefix?: string;
  readonly patienceMs?: number;
}

/** The credentials must be in the environment. */
export function openS3(endpoint: string, options: S3HandleOptions = {}): ObjectStore {
  const { bucket = localObjects.bucket, prefix = '', patienceMs = 60_000 } = options;
  const settings = storageKnobs.parse({ endpoint, pathStyle: true, patienceMs });
  return openS3Objects({ bucket, prefix, settings });
}
