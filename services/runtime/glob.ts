/**
 * Matches paths with the wildcards of build files, workspaces and licence files: `*` and `?` within
 * a name, `**` across names. Takes time in proportion to pattern and path, where a regular
 * expression made of a hostile pattern could take forever. Pure.
 */

export type Glob = (path: string) => boolean;

/** `**` and a slash also match nothing: `a/**` + `/b` matches `a/b`. */
const token = /\*\*\/|\*\*|\*|\?|[^*?]+/g;

export function openGlob(pattern: string): Glob {
  const tokens = pattern.match(token) ?? [];
  return (path) => {
    let places = new Set([0]);
    for (const each of tokens) {
      places = placesAfter(each, path, places);
      if (places.size === 0) return false;
    }
    return places.has(path.length);
  };
}

/** Returns the places in a path that a token can lead to from any of the given ones. */
function placesAfter(token: string, path: string, from: ReadonlySet<number>): Set<number> {
  const first = Math.min(...from);
  const all = path.length - first + 1;
  if (token === '**') return new Set(Array.from({ length: all }, (_, index) => first + index));
  const places = new Set<number>(token === '**/' ? from : []);
  if (token === '**/') {
    for (let at = path.indexOf('/', first); at >= 0; at = path.indexOf('/', at + 1)) {
      places.add(at + 1);
    }
    return places;
  }
  for (const place of from) {
    if (token === '?') {
      if (place < path.length && path[place] !== '/') places.add(place + 1);
    } else if (token === '*') {
      for (let at = place; !places.has(at); at += 1) {
        places.add(at);
        if (at >= path.length || path[at] === '/') break;
      }
    } else if (path.startsWith(token, place)) places.add(place + token.length);
  }
  return places;
}

/** Words in braces make so many patterns at most: several pairs of braces multiply. */
const choicesMax = 256;

/** Returns the patterns that a pattern with braces stands for: `{a,b}/c` is `a/c` or `b/c`. */
export function choicesOf(pattern: string): string[] {
  const parts = pattern.split(/\{([^{}]*)\}/);
  return parts.reduce<string[]>(
    (starts, part, index) => {
      const words = index % 2 === 0 ? [part] : part.split(',');
      if (starts.length * words.length > choicesMax) return [];
      return starts.flatMap((start) => words.map((word) => start + word));
    },
    [''],
  );
}
