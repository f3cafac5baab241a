/**
 * Opens oxc. Where the machine allows it, the tree is read from oxc's own memory (raw transfer),
 * which takes a sixth of the time of reading it as JSON. Raw transfer reserves 6 GiB of addresses;
 * only written pages take memory. JSON serves where that is refused and for trees nested too
 * deeply.
 */
import { type ParseResult, type ParserOptions, parseSync, rawTransferSupported } from 'oxc-parser';

export type OxcParse = (path: string, text: string, options: ParserOptions) => ParseResult;

/** oxc's declared options lack this newer one. */
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
