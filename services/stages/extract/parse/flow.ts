/**
 * Parses JavaScript with Flow's types, which oxc cannot read, by Babel: the same tree (ESTree) with
 * Flow's own nodes. Babel is loaded only for files that oxc cannot parse.
 */
import type { OxcResult } from '../languages/ecmascript/tree.ts';

export interface FlowResult {
  readonly tree: OxcResult;
  /** Number of errors after which the parser went on. */
  readonly errors: number;
}

/** Returns null if the text is no Flow either. */
export async function parseFlowSyntax(text: string): Promise<FlowResult | null> {
  const { parse } = await import('@babel/parser');
  try {
    const { program, comments, errors } = parse(text, {
      sourceType: 'unambiguous',
      errorRecovery: true,
      createParenthesizedExpressions: false,
      plugins: [['flow', { all: true }], 'jsx', 'estree', 'decorators'],
    });
    const all = (comments ?? []).map(({ type, value, start, end }) => ({
      type: type === 'CommentBlock' ? 'Block' : 'Line',
      value,
      start,
      end,
    }));
    const tree = { program, comments: all } as unknown as OxcResult;
    return { tree, errors: errors?.length ?? 0 };
  } catch {
    // Babel throws at an error after which it cannot go on.
    return null;
  }
}
