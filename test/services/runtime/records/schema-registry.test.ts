/** How often a registry that is busy is asked, against a server that plays one. */
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openSchemaRegistry,
  type Registry,
} from '../../../../services/runtime/records/schema-registry.ts';
import { listen } from '../../../samples/servers/listen.ts';

let server: Server;
let registry: Registry;
/** So many requests are answered that the registry cannot now, in an answer without an end. */
let busy: number;
let asked: number;

beforeEach(async () => {
  [busy, asked] = [0, 0];
  server = createServer((_request, response) => {
    asked += 1;
    if (asked > busy) response.end('{"compatibilityLevel":"BACKWARD"}');
    else response.writeHead(503).write('not now');
  });
  registry = openSchemaRegistry({ url: await listen(server) });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('is asked again until it answers', async () => {
  busy = 2;
  expect(await registry.levelOf('a')).toBe('BACKWARD');
  expect(asked).toBe(3);
});

test('is asked once whether it answers, and what time it has', async () => {
  busy = 10;
  expect(await registry.check()).toContain('answers 503');
  expect(asked).toBe(1);
  expect(await registry.timeMs()).toBeGreaterThan(0);
  expect(asked).toBe(2);
});
