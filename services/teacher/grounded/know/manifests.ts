/**
 * Facts about a package from its manifest. The manifest is read line by line as text, because one
 * that is cut short or broken still yields some facts.
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
  /** Lines of the block to ignore. */
  readonly without?: RegExp;
}

/** Where each form of manifest lists dependencies; the first form that matches is used. */
const dependencyLists: readonly DependencyList[] = [
  { ending: 'package.json', block: /"dependencies"\s*:\s*\{([^}]*)\}/ },
  { ending: 'Cargo.toml', block: /^\[dependencies\]\n((?:(?!\[)[^\n]*\n?)*)/m },
  { ending: 'go.mod', block: /require\s*\(([^)]*)\)/, without: /.*indirect.*/g },
  // The form of pyproject.toml and of similar TOML manifests.
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
