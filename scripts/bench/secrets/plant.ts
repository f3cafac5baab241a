/**
 * Plants every kind of key in every syntax that can hold it, each in a file of its own, between
 * lines of a real file of that language where the corpus has one. The same seed, the same files.
 */
import { extname } from 'node:path';
import { type Random, seededRandom } from '../../../test/samples/inputs/planted-secrets.ts';
import { type Kind, kinds } from './kinds.ts';
import { type BlockSyntax, blockSyntaxes, type Syntax, syntaxes } from './syntaxes.ts';

export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Planted {
  readonly path: string;
  readonly text: string;
  readonly kind: string;
  readonly syntax: string;
  /** The planted value: a finding that meets it has found it. */
  readonly value: Range;
  /** What of it must not stay readable, in text order. */
  readonly secret: readonly Range[];
}

const seed = 20_261_129;
/** Where a value stands without quotes, other characters would end it. */
const bare = /^[\w./+=:@?&%~!*-]+$/;

/** `donors`: texts of real files by extension. */
export function plantAll(donors: ReadonlyMap<string, readonly string[]>): readonly Planted[] {
  const random = seededRandom(seed);
  return kinds.flatMap((kind, index) =>
    (kind.block ? blockSyntaxes : syntaxes).flatMap((syntax, place) => {
      const value = kind.make(random);
      if (!fits(kind, syntax, value)) return [];
      const folder = `p${index}-${place}`;
      return [plant(folder, kind, syntax, { value, donors, random })];
    }),
  );
}

interface Planting {
  readonly value: string;
  readonly donors: ReadonlyMap<string, readonly string[]>;
  readonly random: Random;
}

function fits(kind: Kind, syntax: Syntax, value: string): boolean {
  if (kind.named && syntax.nameless) return false;
  return kind.block === true || bare.test(value) || /["'`]@@["'`]/.test(syntax.text);
}

function plant(
  folder: string,
  kind: Kind,
  syntax: Syntax | BlockSyntax,
  { value, donors, random }: Planting,
): Planted {
  const joint = 'joint' in syntax ? syntax.joint : '\n';
  const lines = value.split('\n');
  const [before = '', after = ''] = named(syntax.text, kind.key).split('@@');
  const [head, tail] = syntax.whole ? ['', ''] : surroundings(syntax.path, donors, random);
  const start = head.length + before.length;
  const planted = lines.join(joint);
  const all = lines.map((line, index) => {
    const from = start + lines.slice(0, index).join(joint).length + (index > 0 ? joint.length : 0);
    return { start: from, end: from + line.length };
  });
  return {
    path: `${folder}/${syntax.path}`,
    text: head + before + planted + after + tail,
    kind: kind.kind,
    syntax: syntax.syntax,
    value: { start, end: start + planted.length },
    secret: kind.block ? all.slice(1, -1) : [secretPart(value, start)],
  };
}

/** The password of an address, the last part of a hook's address, or all of the value. */
function secretPart(value: string, start: number): Range {
  const found =
    /^[a-z]+:\/\/[^/:@]+:(?<part>[^/@]+)@/d.exec(value) ??
    /^https:\/\/.*\/(?<part>[^/]+)$/d.exec(value) ??
    /^base64:(?<part>.*)$/d.exec(value);
  const [from = 0, to = value.length] = found?.indices?.groups?.part ?? [];
  return { start: start + from, end: start + to };
}

/** What stands before and after a place between two lines of a real file. */
function surroundings(
  path: string,
  donors: ReadonlyMap<string, readonly string[]>,
  random: Random,
): readonly [string, string] {
  const texts = donors.get(extname(path)) ?? [];
  const text = texts[Math.floor(random() * texts.length)] ?? '';
  const lines = text.split(/(?<=\n)/);
  const at = Math.floor(random() * lines.length);
  return [lines.slice(0, at).join(''), lines.slice(at).join('')];
}

function named(text: string, key: string): string {
  const words = key.split(' ');
  const capital = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const names: Readonly<Record<string, string>> = {
    UPPER: words.join('_').toUpperCase(),
    snake: words.join('_'),
    kebab: words.join('-'),
    dotted: words.join('.'),
    Pascal: capital.join(''),
    camel: (words[0] ?? '') + capital.slice(1).join(''),
  };
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}

/** The longest run of the secret that stays readable outside what was found, in characters. */
export function longestLeft({ secret }: Planted, found: readonly Range[]): number {
  let longest = 0;
  for (const { start, end } of secret) {
    let run = 0;
    for (let at = start; at < end; at += 1) {
      run = found.some((range) => range.start <= at && at < range.end) ? 0 : run + 1;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}
