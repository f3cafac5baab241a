/** What special methods promise together: "can be called", not `__call__`. Pure. */

/** The first row whose methods are all there takes them. */
const contracts: readonly (readonly [methods: readonly string[], promise: string])[] = [
  [['__getitem__', '__setitem__', '__delitem__'], 'is used as a mapping'],
  [['__getitem__', '__setitem__'], 'is used as a mapping'],
  [['__getitem__', '__len__'], 'is used as a sequence'],
  [['__getitem__'], 'is read by index'],
  [['__enter__', '__exit__'], 'is held by a with statement'],
  [['__aenter__', '__aexit__'], 'is held by an async with statement'],
  [['__getstate__', '__setstate__'], 'survives pickling'],
  [['__getstate__'], 'decides what is pickled'],
  [['__setstate__'], 'restores what was pickled'],
  [['__iter__', '__next__'], 'is its own iterator'],
  [['__iter__'], 'can be gone through'],
  [['__len__'], 'has a length'],
  [['__contains__'], 'answers what is in it'],
  [['__eq__', '__hash__'], 'counts as equal by value and can be a key'],
  [['__eq__'], 'is compared by value'],
  [['__lt__'], 'can be ordered'],
  [['__call__'], 'is called like a function'],
  [['__getattr__'], 'answers for attributes that it has not'],
  [['__bool__'], 'decides when it counts as true'],
  [['__get__'], 'is a descriptor'],
  [['__await__'], 'can be awaited'],
];

/** Methods that every reader expects. */
const silent =
  /^(?:__(?:init|new|repr|str|ne|del|post_init|init_subclass|class_getitem)__|constructor)$/;

export interface Contracts {
  /** What the special methods promise, as predicates. */
  readonly promises: readonly string[];
  /** The other methods. */
  readonly others: readonly string[];
}

export function readContracts(methods: readonly string[]): Contracts {
  const left = new Set(methods.filter((name) => !silent.test(name)));
  const promises: string[] = [];
  for (const [wanted, promise] of contracts) {
    if (!wanted.every((name) => left.has(name))) continue;
    for (const name of wanted) left.delete(name);
    promises.push(promise);
  }
  return { promises, others: [...left] };
}

/** Whether a method is told of by a promise of its class, or by nothing. */
export function isSpecial(name: string): boolean {
  return silent.test(name) || contracts.some(([methods]) => methods.includes(name));
}
