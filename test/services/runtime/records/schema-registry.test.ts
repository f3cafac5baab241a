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
let open: number;

beforeEach(async () => {
  [busy, asked, open] = [0, 0, 0];
  server = createServer((_request, response) => {
    asked += 1;
    open += 1;
    response.on('close', () => {
      open -= 1;
    });
    if (asked > busy) response.end('{"compatibilityLevel":"BACKWARD"}');
    else response.writeHead(503).write('not now');
  });
  registry = openSchemaRegistry({ url: await listen(server) });
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('is asked again until it answers, and each answer is let go', async () => {
  busy = 2;
  expect(await registry.levelOf('a')).toBe('BACKWARD');
  expect(asked).toBe(3);
  // Without that, each would be held until the time for an answer is over.
  await expect.poll(() => open, { timeout: 5_000 }).toBe(0);
});

test('is asked once whether it answers, and what time it has', async () => {
  busy = 10;
  expect(await registry.check()).toContain('answers 503');
  expect(asked).toBe(1);
  expect(await registry.timeMs()).toBeGreaterThan(0);
  expect(asked).toBe(2);
});
