/**
 * Writes a WebAssembly module of one function over one memory, from expressions that are plain
 * lists of bytes: an expression puts its operands before its own code, as the machine wants it.
 * Only the instructions that the kernel needs are here. Numbers are those of the WebAssembly 2.0
 * specification, chapter 5.
 */

/** Instructions in binary form. */
export type Code = readonly number[];

type Unary = (a: Code) => Code;
type Binary = (a: Code, b: Code) => Code;

const unary =
  (...opcode: number[]): Unary =>
  (a) => [...a, ...opcode];
const binary =
  (...opcode: number[]): Binary =>
  (a, b) => [...a, ...b, ...opcode];
const load =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...unsigned(offset)];
const store =
  (...opcode: number[]) =>
  (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...opcode,
    ...[0, ...unsigned(offset)],
  ];
/** Instructions on vectors are numbered after this byte. */
const vector = (number: number) => [0xfd, ...unsigned(number)];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  load: load(0x28),
  load16: load(0x2f),
  store: store(0x36),
  equal: binary(0x46),
  unequal: binary(0x47),
  less: binary(0x48),
  greaterOrEqual: binary(0x4e),
  add: binary(0x6a),
  subtract: binary(0x6b),
  multiply: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftLeft: binary(0x74),
  /** Zeros come in from the left. */
  shiftRight: binary(0x76),
  /** Toward zero. */
  truncate: unary(0xaa),
};

export const f64 = {
  constant: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  load: load(0x2b),
  store: store(0x39),
  lessOrEqual: binary(0x65),
  greaterOrEqual: binary(0x66),
  negate: unary(0x9a),
  add: binary(0xa0),
  subtract: binary(0xa1),
  multiply: binary(0xa2),
  divide: binary(0xa3),
  least: binary(0xa4),
  greatest: binary(0xa5),
  fromInteger: unary(0xb7),
};

/** Vectors of two numbers. */
export const pair = {
  load: load(...vector(0)),
  store: store(...vector(11)),
  /** The first number from memory, the second is zero. */
  loadFirst: load(...vector(93)),
  /** The second number from memory, the first from `value`. */
  loadSecond: (address: Code, value: Code): Code => [
    ...address,
    ...value,
    ...vector(87),
    ...[0, 0, 1],
  ],
  ofEqual: unary(...vector(20)),
  of: (first: Code, second: Code): Code => [...first, ...vector(20), ...second, ...vector(34), 1],
  first: (value: Code): Code => [...value, ...vector(33), 0],
  second: (value: Code): Code => [...value, ...vector(33), 1],
  add: binary(...vector(240)),
  multiply: binary(...vector(242)),
};

/** `yes` where the condition is not zero; both are evaluated. */
export const select = (yes: Code, no: Code, condition: Code): Code => [
  ...[...yes, ...no, ...condition],
  0x1b,
];

export const when = (condition: Code, yes: Code, no: Code = []): Code => [
  ...[...condition, 0x04, 0x40],
  ...(no.length === 0 ? yes : [...yes, 0x05, ...no]),
  0x0b,
];

/** Runs at least once, and again while the condition at its end is not zero. */
export const repeat = (body: Code, condition: Code): Code => [
  ...[0x03, 0x40, ...body, ...condition],
  ...[0x0d, 0, 0x0b],
];

export type ValueType = 'i32' | 'f64' | 'pair';
const typeCodes = { i32: 0x7f, f64: 0x7c, pair: 0x7b } as const;

/** A variable of the function. */
export interface Local {
  readonly get: Code;
  readonly set: (value: Code) => Code;
}

export interface Locals {
  readonly types: readonly ValueType[];
  add(type: ValueType): Local;
}

/** Parameters are added first. */
export function openLocals(): Locals {
  const types: ValueType[] = [];
  return {
    types,
    add: (type) => {
      const index = unsigned(types.length);
      types.push(type);
      return { get: [0x20, ...index], set: (value) => [...value, 0x21, ...index] };
    },
  };
}

export interface FunctionParts {
  readonly parameters: readonly ValueType[];
  /** Types of all variables, parameters first. */
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

/** A module that exports the function as `run`, over the memory that it exports as `memory`. */
export function assemble(
  { parameters, locals, body }: FunctionParts,
  pages: number,
): Uint8Array<ArrayBuffer> {
  const own = locals.slice(parameters.length).map((type) => [1, typeCodes[type]]);
  const code = [...counted(own), ...body, 0x0b];
  const typesOf = counted(parameters.map((type) => [typeCodes[type]]));
  const exports = [
    [...name('memory'), 2, 0],
    [...name('run'), 0, 0],
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [[0x60, ...typesOf, 0]]),
    ...section(3, [[0]]),
    ...section(5, [[1, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(7, exports),
    ...section(10, [[...unsigned(code.length), ...code]]),
  ]);
}

function section(number: number, items: readonly Code[]): Code {
  const content = counted(items);
  return [number, ...unsigned(content.length), ...content];
}

function counted(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function name(text: string): Code {
  return [...unsigned(text.length), ...Buffer.from(text)];
}

/** LEB128: seven bits a byte, the lowest first; the high bit says that another follows. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    // The last byte's sixth bit is the sign.
    if (rest === ((byte & 0x40) === 0 ? 0 : -1)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
