/** The names under which people know a repository. Pure. */
import type { HostedRepository } from '../../schemas/generated/types.ts';
import { readGitAddress } from '../ports/git/address.ts';

export interface Named {
  readonly name: string;
  readonly origin: string;
  readonly hosted?: Pick<HostedRepository, 'host' | 'name'> | null;
}

/** All of them, as they are written. */
export function namesOf({ name, origin, hosted = null }: Named): string[] {
  const names = [name, origin];
  const place = placeOf(origin);
  if (place !== null) names.push(place.path, `${place.host}/${place.path}`);
  else {
    const bare = origin.replace(/^github:/, '');
    names.push(bare, bare.replace(/@.*$/s, ''));
    if (hosted !== null) names.push(hosted.name, `${hosted.host}/${hosted.name}`);
  }
  return [...new Set(names)].filter((each) => each !== '');
}

/** Somebody's repository on a host, and no source of one's own. */
export function isHosted({ origin, hosted = null }: Omit<Named, 'name'>): boolean {
  return hosted !== null || origin.startsWith('github:') || placeOf(origin) !== null;
}

/** Where an address of git leads; null for other text. */
export function placeOf(text: string): { readonly host: string; readonly path: string } | null {
  const read = readGitAddress(text);
  return read === null || 'problem' in read ? null : read;
}

/** Code hosts take no notice of case. */
export function foldName(name: string): string {
  return name.toLowerCase();
}
