/**
 * Bash itself, which prints every script in its normal form and expands the paths that it sources:
 * see oracle.py. What a script does not say, because a variable comes from outside, no reader
 * sees either.
 */
import { fileURLToPath } from 'node:url';
import { fromGo } from '../../obtain/obtain.ts';
import type { Oracle, Repository } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.py', import.meta.url));

export const bashOracle: Oracle = {
  language: 'bash',
  languages: ['bash'],
  tools: [
    { command: 'bash', probe: ['-c', 'declare -A probe'], hint: 'install Bash 4 or newer' },
    { command: 'python3', probe: ['--version'], hint: 'install Python 3' },
  ],
  required: { precision: 0.97, recall: 0.93 },
  repositories: [
    { name: 'kubernetes', obtain: scriptsOf('k8s.io/kubernetes@v1.30.2') },
    { name: 'podman', obtain: scriptsOf('github.com/containers/podman/v5@v5.1.1') },
    { name: 'minikube', obtain: scriptsOf('k8s.io/minikube@v1.33.1') },
    { name: 'cri-o', obtain: scriptsOf('github.com/cri-o/cri-o@v1.30.2') },
    { name: 'runc', obtain: scriptsOf('github.com/opencontainers/runc@v1.1.13') },
  ],
  async judge({ folder }, { run }) {
    return readVerdict(await run('python3', [program, folder]));
  },
};

/** Go modules are published with the scripts that build and test them; the rest is left out. */
function scriptsOf(module: string): Repository['obtain'] {
  const kept = ['*.sh', '*.bash', '*.bats'].flatMap((name) => ['!', '-name', name]);
  return async (folder, context) => {
    await fromGo(module)(folder, context);
    await context.run('find', [folder, '-type', 'f', '-name', '*.*', ...kept, '-delete']);
  };
}
