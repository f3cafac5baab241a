/**
 * Facts as bytes: the form in which they come from a parser process, lie in the cache, and wait in
 * memory until all files are read. A definition takes about 350 bytes as an object and 120 packed,
 * and a large repository has hundreds of thousands; so definitions stay packed and are unpacked at
 * each use. The format is columns of JSON, because Node parses no other format faster.
 */
import { type Definition, type Facts, type ImportFact, noFacts } from './facts.ts';
import { type ParseOutcome, unparsed } from './parse-outcome.ts';

export interface PackedOutcome extends Omit<ParseOutcome, 'facts'> {
  readonly errorRatio: number;
  readonly definitions: Uint8Array;
  readonly others: Uint8Array;
}

export type UnpackFacts = (
  packed: Pick<PackedOutcome, 'errorRatio' | 'definitions' | 'others'>,
) => Facts;

/**
 * Definitions of this many files stay unpacked: some files, such as a crate's root, are read often.
 */
const recentMax = 128;

/**
 * Unpacks the facts of one repository. Each read of `symbols` may unpack them into new objects.
 * Equal strings are shared, so that a name used in a thousand files is kept once.
 */
export function openUnpacker(): UnpackFacts {
  const intern = openInterner();
  const recent = new Map<Uint8Array, readonly Definition[]>();
  const read = (packed: Uint8Array) => {
    const symbols = recent.get(packed) ?? unpackDefinitions(packed, intern);
    recent.delete(packed);
    recent.set(packed, symbols);
    for (const oldest of recent.keys()) {
      if (recent.size <= recentMax) break;
      recent.delete(oldest);
    }
    return symbols;
  };
  return ({ errorRatio, definitions, others }) => ({
    ...unpackOthers(others, intern),
    errorRatio,
    get symbols() {
      return read(definitions);
    },
  });
}

const pieceBytes = 256 * 1024;

/**
 * Copies bytes that stay out of the messages that brought them, into large buffers. Left where they
 * are, they would be scattered over the memory of all messages and keep it from being freed.
 */
export function openKeeper(): (bytes: Uint8Array) => Uint8Array {
  let piece = Buffer.alloc(0);
  let used = 0;
  return (bytes) => {
    if (used + bytes.byteLength > piece.byteLength) {
      piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, bytes.byteLength));
      used = 0;
    }
    const kept = piece.subarray(used, used + bytes.byteLength);
    kept.set(bytes);
    used += bytes.byteLength;
    return kept;
  };
}

type Intern = (text: string) => string;

function openInterner(): Intern {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text);
    if (first !== undefined) return first;
    known.set(text, text);
    return text;
  };
}

export function packOutcome({ facts, ...rest }: ParseOutcome): PackedOutcome {
  const definitions = packDefinitions(facts.symbols);
  return { ...rest, errorRatio: facts.errorRatio, definitions, others: packOthers(facts) };
}

/** The outcome of a file that is listed only. */
export const packedNothing = packOutcome({ parser: 'none', facts: noFacts, shortfall: null });

/** The outcome of a file that could not be parsed. */
export function packedUnparsed(shortfall: string): PackedOutcome {
  return packOutcome(unparsed(shortfall));
}

type DefinitionColumns = [
  names: string[],
  kinds: string[],
  signatures: string[],
  startLines: number[],
  endLines: number[],
  parents: (string | null)[],
  docs: (string | null)[],
  exported: number[],
];

export function packDefinitions(definitions: readonly Definition[]): Uint8Array {
  const columns: DefinitionColumns = [
    definitions.map(({ name }) => name),
    definitions.map(({ kind }) => kind),
    definitions.map(({ signature }) => signature),
    definitions.map(({ startLine }) => startLine),
    definitions.map(({ endLine }) => endLine),
    definitions.map(({ parent }) => parent),
    definitions.map(({ doc }) => doc),
    definitions.map(({ exported }) => Number(exported)),
  ];
  return Buffer.from(JSON.stringify(columns));
}

export function unpackDefinitions(
  packed: Uint8Array,
  intern: Intern = (text) => text,
): Definition[] {
  const columns = readJson(packed) as DefinitionColumns;
  const [names, kinds, signatures, startLines, endLines, parents, docs, exported] = columns;
  return names.map((name, index) => {
    const parent = parents[index] ?? null;
    return {
      name: intern(name),
      kind: intern(kinds[index] ?? ''),
      signature: signatures[index] ?? '',
      startLine: startLines[index] ?? 0,
      endLine: endLines[index] ?? 0,
      parent: parent === null ? null : intern(parent),
      doc: docs[index] ?? null,
      exported: exported[index] === 1,
    };
  });
}

type PackedImport = [
  specifier: string,
  style: string,
  /** Name and local name, alternating. */
  bindings: string[],
  star: boolean,
  softness: number,
  kind: ImportFact['kind'],
  detail: string,
];

type OtherColumns = [
  imports: PackedImport[],
  scope: string | null,
  uses: readonly string[],
  members: [name: string, used: readonly string[]][],
  aliases: [exported: string, own: string][],
];

function packOthers(facts: Facts): Uint8Array {
  const columns: OtherColumns = [
    facts.imports.map((fact) => [
      fact.specifier,
      fact.style,
      fact.bindings.flatMap(({ name, local }) => [name, local]),
      fact.star,
      fact.softness,
      fact.kind,
      fact.detail,
    ]),
    facts.scope,
    facts.uses,
    [...facts.members],
    [...facts.aliases],
  ];
  return Buffer.from(JSON.stringify(columns));
}

function unpackOthers(packed: Uint8Array, intern: Intern): Omit<Facts, 'symbols' | 'errorRatio'> {
  const [imports, scope, uses, members, aliases] = readJson(packed) as OtherColumns;
  return {
    imports: imports.map((fact) => unpackImport(fact, intern)),
    scope: scope === null ? null : intern(scope),
    uses: uses.map(intern),
    members: new Map(members.map(([name, used]) => [intern(name), used.map(intern)])),
    aliases: new Map(aliases.map(([exported, own]) => [intern(exported), intern(own)])),
  };
}

function unpackImport(packed: PackedImport, intern: Intern): ImportFact {
  const [specifier, style, names, star, softness, kind, detail] = packed;
  const bindings = Array.from({ length: names.length / 2 }, (_, index) => ({
    name: intern(names[2 * index] ?? ''),
    local: intern(names[2 * index + 1] ?? ''),
  }));
  return {
    specifier: intern(specifier),
    style: intern(style),
    bindings,
    star,
    softness,
    kind,
    detail: intern(detail),
  };
}

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
}
