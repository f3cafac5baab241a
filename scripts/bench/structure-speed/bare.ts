/**
 * Parsing and nothing else, by the parser that extract uses for a language: what reading the tree,
 * resolving and moving text between processes are measured against. oxc's tree comes as JSON, as it
 * gives it by default.
 */
import { setImmediate } from 'node:timers/promises';
import type Parser from 'tree-sitter';
import { decodeSource } from '../../../services/stages/extract/facts/decode.ts';
import type { Language } from '../../../services/stages/extract/languages/language.ts';
import { collectYoung } from '../../../services/stages/extract/turns/collect.ts';

type Parse = (text: string, path: string) => unknown;

export interface BareFile {
  readonly path: string;
  readonly content: Uint8Array;
}

/** Bytes after which trees are freed: V8, which sees little of their size, would keep them all. */
const freeBytes = 1e6;

/** Seconds of processor time from bytes to trees, and for freeing the trees again. */
export async function bareSeconds(parse: Parse, files: readonly BareFile[]): Promise<number> {
  const before = process.cpuUsage();
  let unfreed = 0;
  for (const [index, { path, content }] of files.entries()) {
    parse(decodeSource(content) ?? '', path);
    unfreed += content.byteLength;
    if (unfreed > freeBytes || index === files.length - 1) {
      collectYoung();
      unfreed = 0;
    }
    // Native trees are only freed between two turns.
    await setImmediate();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export async function openBareParser({ parsing }: Language): Promise<Parse> {
  if (parsing.parser === 'oxc') {
    const { parseSync } = await import('oxc-parser');
    return (text, path) => {
      const [lang = 'ts'] = parsing.dialects(path);
      // The tree is made when it is asked for.
      return parseSync(path, text, { lang, preserveParens: false }).program;
    };
  }
  const { default: core } = (await import('tree-sitter')) as { default: typeof Parser };
  const grammar = (await import(parsing.grammar)) as { default: Parser.Language };
  const parser = new core();
  parser.setLanguage(grammar.default);
  return (text) => parser.parse(text, undefined, { bufferSize: text.length + 1 });
}
