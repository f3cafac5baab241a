/** The Python packages of a release, in the order in which their wheels are checked. */

export interface PythonPackage {
  readonly name: string;
  readonly folder: string;
}

export const pythonPackages: readonly PythonPackage[] = [
  { name: 'backstory-feed', folder: 'services/feed' },
  { name: 'backstory-trainer', folder: 'services/trainer' },
  { name: 'backstory-scorer', folder: 'services/scorer/gpu' },
];

/** Versions with hashes: those of the scorer, which needs all that the others do. */
export const lockedRequirements = 'services/scorer/gpu/requirements.txt';

/** How the names of a package's wheels begin. */
export function wheelPrefix({ name }: PythonPackage, version: string): string {
  return `${name.replaceAll('-', '_')}-${version}-`;
}
