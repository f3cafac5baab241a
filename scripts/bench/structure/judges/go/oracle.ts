/** Go's own type checker over what `go list` compiles here: see oracle.go. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromGo } from '../../obtain/obtain.ts';
import type { Oracle } from '../../score/oracle.ts';
import { readVerdict } from '../../score/verdict.ts';

const program = fileURLToPath(new URL('oracle.go', import.meta.url));

export const goOracle: Oracle = {
  language: 'go',
  languages: ['go'],
  tools: [{ command: 'go', probe: ['version'], hint: 'install Go from go.dev' }],
  required: { precision: 0.98, recall: 0.97 },
  repositories: [
    { name: 'gin', obtain: fromGo('github.com/gin-gonic/gin@v1.10.0') },
    { name: 'bbolt', obtain: fromGo('go.etcd.io/bbolt@v1.3.10') },
    { name: 'caddy', obtain: fromGo('github.com/caddyserver/caddy/v2@v2.8.4') },
    { name: 'tools', obtain: fromGo('golang.org/x/tools@v0.38.0') },
    { name: 'prometheus', obtain: fromGo('github.com/prometheus/client_golang@v1.20.5') },
  ],
  async judge({ folder }, { run, cache }) {
    const environment = { GOPATH: join(cache, 'go'), GOFLAGS: '-mod=mod', GOWORK: 'off' };
    return readVerdict(await run('go', ['run', program, folder], { environment }));
  },
};
