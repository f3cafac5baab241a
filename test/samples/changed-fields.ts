/** For tests that nothing in a file may change unseen: a JSON value with one field changed. */

/** The value with each of its fields changed in turn, and the name of the field. */
export function* changedFields(value: unknown, name = ''): Generator<[string, unknown]> {
  if (typeof value === 'string') yield [name, value === '' ? 'x' : changedText(value)];
  else if (typeof value === 'number') yield [name, value + 1];
  else if (typeof value === 'boolean') yield [name, !value];
  else if (value === null) yield [name, { name: 'x' }];
  else if (Array.isArray(value)) {
    yield [`${name}[]`, [...value, 0]];
    for (const [at, each] of value.entries()) {
      for (const [field, changed] of changedFields(each, `${name}[${at}]`)) {
        yield [field, value.with(at, changed)];
      }
    }
  } else {
    for (const [key, each] of Object.entries(value as object)) {
      const { [key]: _, ...others } = value as Record<string, unknown>;
      yield [`${name}.${key} removed`, others];
      for (const [field, changed] of changedFields(each, `${name}.${key}`)) {
        yield [field, { ...others, [key]: changed }];
      }
    }
  }
}

function changedText(text: string): string {
  const last = text.at(-1) ?? '';
  return text.slice(0, -1) + (last === '0' ? '1' : '0');
}
