/**
 * Where the reader is, as the address says it: a view, the output, and the filters. Every state
 * that is worth coming back to is in the address. Pure.
 */

export type Parameters = Readonly<Record<string, string>>;

interface Place<View extends string> {
  readonly view: View;
  readonly out: number;
  readonly parameters: Parameters;
}

export type PlainView = 'data' | 'samples' | 'drops' | 'compare' | 'live' | 'marks';
export type Route = Place<PlainView> | (Place<'trajectory'> & { readonly id: string });
export type ViewName = Route['view'];

const plainViews: readonly PlainView[] = ['data', 'samples', 'drops', 'compare', 'live', 'marks'];

/** The first view for an address that says nothing, or nothing known. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [name = '', number = '', id = ''] = path.split('/');
  const out = /^\d{1,3}$/.test(number) ? Number(number) : 0;
  const parameters = Object.fromEntries(new URLSearchParams(query));
  if (name === 'trajectory' && id !== '') {
    return { view: name, out, id: decodeId(id), parameters };
  }
  return { view: plainViews.find((each) => each === name) ?? 'data', out, parameters };
}

export function formatRoute(route: Route): string {
  const id = route.view === 'trajectory' ? `/${encodeURIComponent(route.id)}` : '';
  const query = new URLSearchParams(route.parameters).toString();
  return `#/${route.view}/${route.out}${id}${query === '' ? '' : `?${query}`}`;
}

/** The same place with some parameters changed; an empty one is left out. */
export function withParameters(route: Route, changes: Parameters): Route {
  const all = Object.entries({ ...route.parameters, ...changes });
  return { ...route, parameters: Object.fromEntries(all.filter(([, value]) => value !== '')) };
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
