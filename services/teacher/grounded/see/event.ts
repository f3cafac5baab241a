/** One thing that a line of code visibly does. */
export type CodeEvent =
  | {
      readonly kind: 'raise';
      readonly what: string;
      readonly message: string | null;
      readonly when: string | null;
    }
  | { readonly kind: 'return'; readonly what: string | null; readonly when: string | null }
  | { readonly kind: 'skip'; readonly word: string; readonly when: string | null }
  | { readonly kind: 'loop'; readonly over: string; readonly as: string | null }
  | {
      readonly kind: 'set';
      readonly target: string;
      readonly from: string | null;
      readonly attribute: boolean;
    }
  | { readonly kind: 'count'; readonly counter: string; readonly bound: string | null }
  /** An assertion of a test. */
  | { readonly kind: 'check'; readonly names: readonly string[] }
  | { readonly kind: 'branch'; readonly on: string }
  | { readonly kind: 'call'; readonly name: string }
  | { readonly kind: 'catch'; readonly what: string }
  | { readonly kind: 'resource'; readonly what: string };
