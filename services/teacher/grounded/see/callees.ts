/** Names the call that an expression makes, whatever the language. */

const notCalls = new Set(
  (
    'if for while switch return sizeof catch function and or not in is lambda await print assert super except with ' +
    'elif match fn func def class typeof defined throw raise new Some Ok Err len str int bool list dict set tuple'
  ).split(' '),
);

/** The outermost call of an expression: `f` of `f(g(x))`, with its nearest receiver. */
export function calleeIn(expression: string): string | null {
  for (const match of expression.matchAll(
    /((?:[\w$]+(?:\.|->|::))*)([A-Za-z_$][\w$]*!?)(?:<[\w, ]*>)?\(/g,
  )) {
    const name = match[2] ?? '';
    const receiver = (match[1] ?? '')
      .split(/\.|->|::/)
      .filter((part) => part !== '')
      .at(-1);
    if (receiver !== undefined && /^(?:new|default|from)$/.test(name)) return receiver;
    if (notCalls.has(name)) continue;
    const plain = receiver === undefined || /^(?:self|this|cls|super)$/.test(receiver);
    return plain ? name : `${receiver}.${name}`;
  }
  return null;
}

const wrappers = /^(?:enumerate|sorted|reversed|zip|range|list|len)$/;

/** The name or path that an expression starts from, without wrappers such as `sorted`. */
export function sourceOf(expression: string): string | null {
  const text = expression.replace(/^[\s&*(]+/, '').replace(/^mut\s+/, '');
  const path = /^(?:(?:self|this)(?:\.|->))?((?:[\w$]+(?:\.|->|::))*[A-Za-z_$][\w$]*)/.exec(
    text,
  )?.[1];
  if (path === undefined) return null;
  if (!wrappers.test(path)) return path;
  return /\(\s*(?:self\.)?([A-Za-z_][\w.]*)/.exec(text)?.[1] ?? path;
}
