/** What the headers of traces make a secret is blanked in answers too, so only keys are. */
import { expect, test } from 'vitest';
import { openTraces } from '../../../../services/cli/open/traces.ts';
import { createRedactor } from '../../../../services/runtime/redact.ts';

const key = ['a1b2', 'c3d4', 'e5f6', 'g7h8', 'i9'].join('');

test.each([
  ['x-scope-orgid=production', 'production', true],
  ['x-dataset=trajectories', 'trajectories', true],
  [`x-honeycomb-team=${key}`, key, false],
  ['api-key=correct-horse', 'correct-horse', false],
  ['authorization=Bearer%20correct-horse', 'correct-horse', false],
])('of the header %s the value %s stays in a text: %s', async (header, value, stays) => {
  const redactor = createRedactor();
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: header,
  };
  const traces = await openTraces({ environment, redactor } as never, 'first', () => {});
  await traces.close();
  const text = `the store of ${value} is read`;
  expect(redactor.hideWhole(text) === text).toBe(stays);
});
