/**
 * What a package's manifest says of it, read line by line as text: a manifest may be cut short or
 * broken, and something can still be said.
 */
import type { PlanRequest } from '../../../ports/teacher.ts';

type Manifest = PlanRequest['manifests'][number];

export function descriptionIn({ path, text }: Manifest): string | null {
  const found =
    /"description"\s*:\s*"((?:[^"\\]|\\.){8,300})"/.exec(text)?.[1] ??
    /^description\s*=\s*["']([^"'\n]{8,300})["']/m.exec(text)?.[1] ??
    (path.endsWith('pom.xml')
      ? /<description>\s*([^<]{8,300}?)\s*<\/description>/.exec(text)?.[1]
      : undefined);
  return found === undefined ? null : found.replace(/\\"/g, '"').trim();
}

/** Names under which the package can be started once it is installed. */
export function commandsIn({ text }: Manifest): string[] {
  const scripts = /\[project\.scripts\]\s*\n((?:[^\n[]+\n?)*)/.exec(text)?.[1] ?? '';
  const bin = /"bin"\s*:\s*\{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...captures(scripts, /^([\w-]+)\s*=/gm), ...captures(bin, /"([\w-]+)"\s*:/g)];
}

interface DependencyList {
  /** How the manifest's path ends. */
  readonly ending: string;
  readonly block: RegExp;
  /** Lines of the block that do not count. */
  readonly without?: RegExp;
}

/** Where manifests list the packages they ask for. The first that fits holds. */
const dependencyLists: readonly DependencyList[] = [
  { ending: 'package.json', block: /"dependencies"\s*:\s*\{([^}]*)\}/ },
  { ending: 'Cargo.toml', block: /^\[dependencies\]\n((?:(?!\[)[^\n]*\n?)*)/m },
  { ending: 'go.mod', block: /require\s*\(([^)]*)\)/, without: /.*indirect.*/g },
  // The form of pyproject.toml, and of many that are like it.
  { ending: '', block: /^dependencies\s*=\s*\[([^\]]*)\]/m },
];

export function dependenciesIn({ path, text }: Manifest): string[] {
  const list = dependencyLists.find(({ ending }) => path.endsWith(ending));
  const block = list?.block.exec(text)?.[1] ?? '';
  const counted = list?.without === undefined ? block : block.replace(list.without, '');
  return captures(counted, /^\s*["']?(@?[A-Za-z][\w./-]*)/gm);
}

function captures(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}
