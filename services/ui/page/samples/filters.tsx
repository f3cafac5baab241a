/** What narrows the table down; all of it stands in the address. */
import { isCopy } from '../frame/copy.ts';
import { type Parameters, withParameters } from '../frame/route.ts';
import { go, route } from '../frame/state.ts';

function change(name: string, value: string): void {
  go(withParameters(route.value, { [name]: value }), true);
}

const allPlaces = [
  ['', 'name, origin, licence, id'],
  ['paths', 'paths of files'],
  ['thoughts', 'text of thoughts'],
] as const;
/** A copy has no server that looks through documents. */
const places = allPlaces.filter(([value]) => !isCopy || value === '');

/** What is looked for in documents; a sample's numbers narrow nothing down there. */
export function looksInDocuments({ in: place }: Parameters): boolean {
  return place === 'paths' || place === 'thoughts';
}

export function Filters() {
  const { parameters } = route.value;
  return (
    <search class="filters">
      <input
        type="search"
        data-filter
        aria-label="Filter"
        placeholder="Filter ( / )"
        value={parameters.q ?? ''}
        onInput={({ currentTarget }) => change('q', currentTarget.value)}
      />
      <label>
        in{' '}
        <select
          value={parameters.in ?? ''}
          onChange={({ currentTarget }) => change('in', currentTarget.value)}
        >
          {places.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {!looksInDocuments(parameters) && <SampleFilters parameters={parameters} />}
    </search>
  );
}

function SampleFilters({ parameters }: { readonly parameters: Parameters }) {
  return (
    <>
      <Bound name="min" label="tokens from" />
      <Bound name="max" label="to" />
      <Switch name="searched" label="searched" />
      <Switch name="lacking" label="something missing" />
      {parameters.licence !== undefined && (
        <button type="button" class="chip" onClick={() => change('licence', '')}>
          licence {parameters.licence} ✕
        </button>
      )}
    </>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
}

function Bound({ name, label }: FieldProps) {
  return (
    <label>
      {label}{' '}
      <input
        type="number"
        min="0"
        value={route.value.parameters[name] ?? ''}
        onInput={({ currentTarget }) => change(name, currentTarget.value.replace(/\D/g, ''))}
      />
    </label>
  );
}

function Switch({ name, label }: FieldProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={route.value.parameters[name] === '1'}
        onChange={({ currentTarget }) => change(name, currentTarget.checked ? '1' : '')}
      />{' '}
      {label}
    </label>
  );
}
