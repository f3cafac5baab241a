/** Opens the store that the configuration names. The S3 client loads only when it is used. */
import { PipelineError } from '../../errors.ts';
import type { StorageKnobs } from './config.ts';
import { openLocalObjects, type WriteStep } from './local.ts';
import type { ObjectStore } from './object-store.ts';
import type { S3Options } from './s3.ts';

export interface OpenObjectsOptions {
  readonly settings: StorageKnobs;
  /** Used when the configuration names no other place. */
  readonly folder: string;
  readonly onStep?: (step: WriteStep) => void;
  readonly log?: S3Options['log'];
}

/** What opens a store, as plain data: a thread can open it, too. */
export type StorePlace = Pick<OpenObjectsOptions, 'settings' | 'folder'>;

export async function openObjects(options: OpenObjectsOptions): Promise<ObjectStore> {
  const { settings, folder, onStep, log } = options;
  if (settings.url === '') return openLocalObjects(folder, onStep);
  const match = /^s3:\/\/([^/]+)\/?(.*?)\/*$/.exec(settings.url);
  if (match === null) {
    throw new PipelineError('CONFIG_INVALID', `storage.url ${settings.url} is not s3://bucket/…`, {
      subject: 'storage.url',
    });
  }
  const [, bucket = '', prefix = ''] = match;
  const { openS3Objects } = await import('./s3.ts');
  return openS3Objects({ bucket, prefix, settings, ...(log === undefined ? {} : { log }) });
}

/** A store that falls back to an earlier one, which is only read, for objects that it lacks. */
export function over(store: ObjectStore, earlier: ObjectStore): ObjectStore {
  return {
    ...store,
    read: async (path) => (await store.read(path)) ?? earlier.read(path),
    readRange: async (path, offset, length) =>
      (await store.readRange(path, offset, length)) ?? earlier.readRange(path, offset, length),
    stream: async (path) => (await store.stream(path)) ?? earlier.stream(path),
    size: async (path) => (await store.size(path)) ?? earlier.size(path),
  };
}

/** A part of a store as a store of its own. Closing it closes nothing. */
export function below(store: ObjectStore, folder: string): ObjectStore {
  const at = (path: string) => (path === '' ? folder : `${folder}/${path}`);
  return {
    place: `${store.place}/${folder}`,
    create: (path, bytes) => store.create(at(path), bytes),
    replace: (path, bytes) => store.replace(at(path), bytes),
    read: (path) => store.read(at(path)),
    readRange: (path, offset, length) => store.readRange(at(path), offset, length),
    stream: (path) => store.stream(at(path)),
    size: (path) => store.size(at(path)),
    list: (path, prefix) => store.list(at(path), prefix),
    remove: (path) => store.remove(at(path)),
    removeTemporary: (path, which) => store.removeTemporary(at(path), which),
    check: () => store.check(),
    look: () => store.look(),
    close: async () => {},
  };
}
