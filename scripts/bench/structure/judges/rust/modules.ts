/**
 * Files that `mod x;` declares: the index holds no module that defines nothing itself. And those of
 * a folder that a procedural macro declares, which the judge does not run.
 */
import { dirname, join } from 'node:path/posix';

const pathAttribute = String.raw`^(?:[ \t]*#\[path\s*=\s*"([^"]+)"\]\s*)?`;
const declaration = String.raw`[ \t]*(?:pub(?:\([^)]*\))?\s+)?mod\s+(?:r#)?(\w+)\s*;`;

export function declaredModules(path: string, text: string, known: ReadonlySet<string>): string[] {
  const declarations = text.matchAll(new RegExp(pathAttribute + declaration, 'gm'));
  const folder = dirname(path);
  const inner = path.replace(/\.rs$/, '');
  const walked = [...text.matchAll(/^[ \t]*automod::dir!\(\s*"([^"]+)"\s*\)/gm)];
  const files = walked.flatMap(([, walkedFolder = '']) =>
    [...known].filter((each) => dirname(each) === join(walkedFolder)),
  );
  const declared = [...declarations].flatMap(([, attribute, name = '']) => {
    const candidates =
      attribute === undefined
        ? [folder, inner].flatMap((base) => [join(base, `${name}.rs`), join(base, name, 'mod.rs')])
        : [join(folder, attribute)];
    return candidates.filter((candidate) => known.has(candidate) && candidate !== path).slice(0, 1);
  });
  return [...declared, ...files];
}
