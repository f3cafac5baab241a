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
  const bare = origin.replace(/^github:/, '');
  const names = [name, origin, bare, bare.replace(/@.*$/s, '')];
  if (hosted !== null) {
    const address = readGitAddress(hosted.name);
    const isAddress = address !== null && !('problem' in address);
    const path = isAddress ? address.path : hosted.name;
    names.push(hosted.name, path, `${hosted.host}/${path}`);
  }
  return [...new Set(names)].filter((each) => each !== '');
}

/** Code hosts take no notice of case. */
export function foldName(name: string): string {
  return name.toLowerCase();
}
