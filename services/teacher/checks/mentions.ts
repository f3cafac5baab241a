/** What a text names: files, identifiers, and the words of commands. */

const endings = (
  'py pyi ts tsx mts cts js jsx mjs cjs json toml yaml yml md rst txt cfg ini go rs rb java kt ' +
  'kts cc cpp hpp cs php swift scala sh bash sql html htm css scss vue svelte xml gradle proto ipynb ' +
  'lua pl ex exs hs ml jl dart zig'
)
  .split(' ')
  .join('|');
const folders = '(?:\\.{0,2}/)?(?:[\\w.@-]+/)*';
const filePattern = new RegExp(
  `(?<![\\w/.@-])${folders}[\\w@-][\\w.@-]*\\.(?:${endings})(?![\\w/-]|\\.\\w)`,
  'g',
);
/** Products that are written as files are: with a capital letter, or known. */
const products =
  /^(?:[A-Z]\w*\.js|(?:node|vue|next|react|express|three|d3|chart|moment|p5)\.js|discord\.py)$/;

/** Names that look like files; a leading `./` is not part of the name. */
export function filesNamed(text: string): string[] {
  return (text.match(filePattern) ?? [])
    .map((name) => name.replace(/^(?:\.{0,2}\/)+/, ''))
    .filter((name) => !products.test(name));
}

const identifier = /(?<![\w$])[A-Za-z_$][\w$]*/g;
const shaped = /\b(?:[a-zA-Z]\w*_\w+|[a-z]+(?:[A-Z][a-z0-9]+)+|[A-Za-z_]\w*(?=\(\)))/g;

/** `\\x80` or `\\u00e9`: a character and no name. */
const escapes =
  /\\(?:x[0-9a-fA-F]{1,4}|u\{?[0-9a-fA-F]{1,6}\}?|U[0-9a-fA-F]{8}|[0-7]{1,3}|[a-zA-Z])/g;

/**
 * Identifiers that a text presents as names: in backticks, or shaped as no English word is
 * (`snake_case`, `camelCase`, `call()`).
 */
export function symbolsNamed(written: string): string[] {
  const text = written.replaceAll(escapes, ' ');
  const spans = [...text.matchAll(/`([^`\n]{1,120})`/g)].map(([, inside = '']) => inside);
  const quoted = spans.flatMap((inside) => {
    if (filesNamed(inside).length > 0) return [];
    // Between two names that hold a backtick themselves stands prose.
    return inside.match(/\s/.test(inside) ? shaped : identifier) ?? [];
  });
  const bare = text.replaceAll(/`[^`\n]*`|“[^”]*”|"[^"\n]*"/g, ' ').replaceAll(filePattern, ' ');
  return [...new Set([...quoted, ...(bare.match(shaped) ?? [])])];
}

const programs =
  'pip3?|npm|npx|yarn|pnpm|make|cargo|poetry|docker|python3?|node|go|brew|apt(?:-get)?|gem|mvn|gradle';
const command = new RegExp(`\\b(?:${programs})((?:[ \\t]+[\\w@./:=-]+){1,6})`, 'g');

/** Arguments of commands that are names, not words: with a dash, dot, slash or digit inside. */
export function commandNames(text: string): string[] {
  return [...text.matchAll(command)].flatMap(([, rest = '']) =>
    rest
      .trim()
      .split(/[ \t]+/)
      .map((word) => word.replace(/[.:,]+$/, ''))
      .filter((word) => !word.startsWith('-') && /\w[-./_\d]\w/.test(word)),
  );
}
