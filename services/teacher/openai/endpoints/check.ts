/**
 * Asks an endpoint for its models, for `doctor` and the start of a run. Only what no call could
 * survive is a problem: many endpoints that answer well list no models, or under other names.
 */
import { APIError } from 'openai';
import { shorten } from '../../../ports/endpoint.ts';
import { suggestName } from '../../../runtime/config/suggest-name.ts';
import { describeConnection } from '../failures.ts';
import type { Endpoint } from './endpoints.ts';

export interface Checked {
  readonly problem: string | null;
  /** What is odd and may work all the same. */
  readonly remark: string | null;
}

/** Statuses of an endpoint that has no list of models. */
const noList: ReadonlySet<number> = new Set([400, 404, 405, 501]);

/** Names shown of a long list. */
const shownMax = 8;

export async function checkEndpoint(endpoint: Endpoint, timeoutMs: number): Promise<Checked> {
  const { baseUrl, model, client } = endpoint;
  try {
    const page = await client.models.list({ timeout: Math.min(timeoutMs, 10_000) });
    const names = (page.data ?? []).map((entry) => entry.id).filter((id) => typeof id === 'string');
    endpoint.listed = true;
    if (names.length === 0 || names.includes(model)) return { problem: null, remark: null };
    endpoint.models = nearest(names, model);
    const list = endpoint.models.join(', ');
    const remark = `the endpoint at ${baseUrl} does not list the model ${model}${suggestName(names, model)}; it has ${list}`;
    return { problem: null, remark };
  } catch (error) {
    if (error instanceof APIError && noList.has(error.status ?? 0)) {
      const said = shorten(error.message, 200);
      return { problem: null, remark: `the endpoint at ${baseUrl} lists no models: ${said}` };
    }
    const problem = `the endpoint at ${baseUrl} does not answer: ${describeConnection(error)}; check teacher.baseUrl, the key and that the server runs`;
    return { problem, remark: null };
  }
}

/** Names that hold the wanted one, or are held by it, come first. */
function nearest(names: readonly string[], model: string): string[] {
  const bare = (name: string) =>
    name
      .toLowerCase()
      .replace(/:[\w.-]*$/, '')
      .split('/')
      .at(-1) ?? '';
  const wanted = bare(model);
  const isNear = (name: string) => bare(name).includes(wanted) || wanted.includes(bare(name));
  return [...names.filter(isNear), ...names.filter((name) => !isNear(name))].slice(0, shownMax);
}
