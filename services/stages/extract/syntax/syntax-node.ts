/** What readers use of a tree-sitter node. Indices and columns are in UTF-16 units. */
export interface SyntaxNode {
  readonly id: number;
  readonly type: string;
  readonly text: string;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly startPosition: { readonly row: number; readonly column: number };
  readonly endPosition: { readonly row: number; readonly column: number };
  readonly hasError: boolean;
  readonly isNamed: boolean;
  readonly namedChildCount: number;
  readonly namedChildren: readonly SyntaxNode[];
  readonly children: readonly SyntaxNode[];
  /** Slow for a node that `descendantsOfType` found: tree-sitter looks for it from the root. */
  readonly parent: SyntaxNode | null;
  readonly previousNamedSibling: SyntaxNode | null;
  childForFieldName(name: string): SyntaxNode | null;
  descendantsOfType(types: string | readonly string[]): readonly SyntaxNode[];
  /** Where they start, each place once. Far cheaper than nodes, where the text says the rest. */
  startsOfType(types: readonly string[]): readonly number[];
  /** The smallest node at a place of the text, or around all of it up to `end`. */
  descendantForIndex(start: number, end?: number): SyntaxNode;
  /** The text from where it starts to the end of that line; costs no look at the tree. */
  readonly lineFrom: string;
  /** The text from where it starts to a place; costs no look at the tree. */
  textTo(end: number): string;
}
