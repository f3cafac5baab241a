/**
 * Deno's and JSR's packages: deno.json or jsr.json with `name` and `exports`, and the members of a
 * `workspace`, which import each other by name. A folder of both kinds of manifest is one package
 * with two names. Pure.
 */
import { folderOf, foldersUpwards, nameOf } from '../../paths.ts';
import { type JsonObject, jsonOf, objectOf, stringsOf } from '../json.ts';
import type { Project } from '../language.ts';

export function isDenoManifest(path: string): boolean {
  return /^(?:deno|jsr)\.jsonc?$/.test(nameOf(path));
}

/** Patterns of the folders of a workspace, in the form of package.json's. */
export function denoWorkspace({ workspace }: JsonObject): string[] {
  return stringsOf(Array.isArray(workspace) ? workspace : objectOf(workspace).members);
}

interface DenoPackage {
  readonly folder: string;
  readonly json: JsonObject;
}

/**
 * Returns the manifests that make their folder a package: that have a name or members, or around
 * which no package.json is, whose settings would otherwise hold.
 */
export function denoPackages(project: Project, hasPackage: (folder: string) => boolean) {
  const packages: DenoPackage[] = [];
  for (const file of project.files.values()) {
    if (file.manifest === null || !isDenoManifest(file.path)) continue;
    const folder = folderOf(file.path);
    const json = jsonOf(file);
    const isNamed = typeof json.name === 'string' || denoWorkspace(json).length > 0;
    if (isNamed || !foldersUpwards(folder).some(hasPackage)) packages.push({ folder, json });
  }
  return packages;
}

/** `@std/path/join` of `jsr:@std/path@^1.0/join`; null for any other specifier. */
export function bareOfJsr(specifier: string): string | null {
  const [, name, rest = ''] =
    /^jsr:\/?(@[\w-]+\/[\w-]+)(?:@[^/]{0,80})?(\/.*)?$/.exec(specifier) ?? [];
  return name === undefined ? null : name + rest;
}
