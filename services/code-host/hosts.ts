/** One port for both kinds of hosts: what is named by an address is read by git. */
import type { CodeHost } from '../ports/code-host.ts';
import { readGitAddress } from '../ports/git/address.ts';
import type { GitHost } from './git/git-host.ts';

export function withAddresses(named: CodeHost, git: GitHost): CodeHost {
  const hostOf = (name: string) => (readGitAddress(name) === null ? named : git);
  return {
    name: named.name,
    repository: (name, signal) => hostOf(name).repository(name, signal),
    commit: (name, ...rest) => hostOf(name).commit(name, ...rest),
    snapshot: (name, ...rest) => hostOf(name).snapshot(name, ...rest),
    search: (...parameters) => named.search(...parameters),
  };
}
