/**
 * Decides whether a `#[cfg]` holds in the usual build, which most people make: Linux, all features,
 * no tests and no flags of tools. Pure.
 */

const set = new Set([
  'unix',
  'debug_assertions',
  'target_os="linux"',
  'target_family="unix"',
  'target_arch="x86_64"',
  'target_env="gnu"',
  'target_pointer_width="64"',
  'target_endian="little"',
  'panic="unwind"',
  'proc_macro',
  'std',
]);
const always = /^(?:feature|target_has_atomic|target_feature)(?:=|$)/;
const token = /"[^"]*"|[\w:]+|[(),=]/g;
const depthMax = 32;

/** Whether all `#[cfg]` among some attributes hold in the usual build; true if there is none. */
export function isUsual(attributes: string): boolean {
  return [...attributes.matchAll(/#!?\[\s*cfg\s*\(([\s\S]*?)\)\s*\]/g)].every(
    ([, condition = '']) => holds(condition),
  );
}

/** Whether a condition holds, written as in the brackets of a `#[cfg]`: `all(unix, not(loom))`. */
export function holds(condition: string): boolean {
  const words = condition.match(token) ?? [];
  let at = 0;
  const list = (depth: number): boolean[] => {
    const found: boolean[] = [];
    while (at < words.length && words[at] !== ')') {
      if (words[at] === ',') at += 1;
      else found.push(one(depth));
    }
    at += 1;
    return found;
  };
  const one = (depth: number): boolean => {
    const name = words[at] ?? '';
    at += 1;
    if (words[at] === '(' && depth < depthMax) {
      at += 1;
      const inner = list(depth + 1);
      if (name === 'not') return inner[0] !== true;
      return name === 'any' ? inner.includes(true) : inner.every(Boolean);
    }
    if (words[at] !== '=') return set.has(name) || always.test(name);
    const value = words[at + 1] ?? '';
    at += 2;
    return set.has(`${name}=${value}`) || always.test(`${name}=`);
  };
  return one(0);
}

/** Paths that attributes give a module's file, each with whether the usual build takes it. */
export function modulePaths(attributes: string): { path: string | null; isUsual: boolean }[] {
  const isOn = isUsual(attributes);
  const plain = /#\[\s*path\s*=\s*"([^"]+)"/.exec(attributes)?.[1] ?? null;
  const chosen = [
    ...attributes.matchAll(/#\[\s*cfg_attr\s*\(([\s\S]*?),\s*path\s*=\s*"([^"]+)"\s*,?\s*\)\s*\]/g),
  ].map(([, condition = '', path = '']) => ({ path, isUsual: isOn && holds(condition) }));
  const isChosen = chosen.some(({ isUsual: usual }) => usual);
  return [...chosen, { path: plain, isUsual: isOn && !isChosen }];
}
