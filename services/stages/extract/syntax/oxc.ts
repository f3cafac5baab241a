/**
 * oxc, whose tree comes out of its own memory where the machine gives it the room (raw transfer):
 * that takes a sixth of the time of its tree as JSON. The room is 6 GiB of addresses, of which only
 * what is written takes memory. Where it is refused, and for what is nested too deeply, it is JSON.
 */
import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser';

export type OxcParse = (path: string, text: string, options: ParserOptions) => ParseResult;

/** The declared type of oxc's options leaves out what is younger. */
interface TransferOptions extends ParserOptions {
  readonly experimentalRawTransfer: true;
}

export function openOxc(): OxcParse {
  return canTransfer() ? parseTransferred : parseSync;
}

function canTransfer(): boolean {
  try {
    return rawTransferSupported() && transferred('empty.js', '', {}).errors.length === 0;
  } catch {
    return false;
  }
}

function parseTransferred(path: string, text: string, options: ParserOptions): ParseResult {
  try {
    return transferred(path, text, options);
  } catch {
    return parseSync(path, text, options);
  }
}

function transferred(path: string, text: string, options: ParserOptions): ParseResult {
  const all: TransferOptions = { ...options, experimentalRawTransfer: true };
  return parseSync(path, text, all);
}
