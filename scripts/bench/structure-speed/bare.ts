/**
 * Parsing alone, by the parser that extract uses for a language: the baseline for reading the tree,
 * resolving, and moving text between processes. oxc returns its tree as JSON, its default.
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

/** Bytes after which trees are freed; V8 sees little of their size and would keep them all. */
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
    // Native trees are freed only between two turns of the event loop.
    await setImmediate();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export async function openBareParser({ parsing }: Language): Promise<Parse> {
  if (parsing.parser === 'oxc') {
    const { parseSync } = await import('oxc-parser');
    return (text, path) => {
      const lang = parsing.dialects(path).find((dialect) => dialect !== 'flow') ?? 'ts';
      // oxc builds the tree on first access.
      return parseSync(path, text, { lang, preserveParens: false }).program;
    };
  }
  const { default: core } = (await import('tree-sitter')) as { default: typeof Parser };
  const grammar = (await import(parsing.grammar)) as { default: Parser.Language };
  const parser = new core();
  parser.setLanguage(grammar.default);
  return (text) => parser.parse(text, undefined, { bufferSize: text.length + 1 });
}
