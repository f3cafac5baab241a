/**
 * Counts how often elements of lists are looked at, so that a test can tell work that grows with a
 * repository from work that grows with its square, without a clock.
 */

export interface Counted<Value> {
  readonly value: Value;
  /** Elements read so far, in every list of the value. */
  reads(): number;
}

/** The same value, whose lists count; one and the same list stays one. */
export function counted<Value extends object>(value: Value): Counted<Value> {
  let reads = 0;
  const known = new WeakMap<object, object>();
  const wrap = <Inner>(inner: Inner): Inner => {
    if (typeof inner !== 'object' || inner === null || ArrayBuffer.isView(inner)) return inner;
    const before = known.get(inner);
    if (before !== undefined) return before as Inner;
    const proxy = new Proxy(inner, {
      get: (target, key, receiver) => {
        if (Array.isArray(target) && typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
        return wrap(Reflect.get(target, key, receiver));
      },
    });
    known.set(inner, proxy);
    return proxy;
  };
  return { value: wrap(value), reads: () => reads };
}
