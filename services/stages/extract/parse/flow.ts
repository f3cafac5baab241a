/**
 * JavaScript with Flow's types, which oxc cannot read, by Babel's parser: the same tree (ESTree)
 * with nodes of Flow's own. Loaded only for files that nothing else reads.
 */
import type { OxcResult } from '../languages/ecmascript/tree.ts';

export interface FlowResult {
  readonly tree: OxcResult;
  /** Errors that the parser went on after. */
  readonly errors: number;
}

/** Null for what is no Flow either. */
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
    // It throws where it cannot go on.
    return null;
  }
}
